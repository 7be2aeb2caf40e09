import type { CustodyServices } from '../../custody/services.ts'
import type { MasterSecret } from '../../platform/master-secret.ts'
import type { EncryptionContext } from '../../kernel/crypto/index.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { batch, type RowOf, update } from '../../kernel/storage/index.ts'
import { type OwnerSealedSecret, isSealedWithOutdatedKey, openForOwner, sealForOwner } from './owner-sealed-secret.ts'
import { vaults } from './tables.ts'
import { sealedColumn } from '../../kernel/storage/sealed-column.ts'

/** The stored row of a vault. */
export type VaultRow = RowOf<typeof vaults>

type VaultId = Pick<VaultRow, 'id' | 'tenant'>

/** Seals a vault's BIP-39 entropy. */
export async function sealVaultEntropy(
  services: CustodyServices,
  vault: VaultId,
  entropy: Uint8Array,
  secret: MasterSecret | undefined,
): Promise<Pick<VaultRow, 'generation' | 'sealedEntropy'>> {
  const { generation, sealed } = await sealForOwner(services, entropy, vaultEntropyContext(vault), secret)
  return { generation, sealedEntropy: sealed }
}

/**
 * Opens a vault's BIP-39 entropy; the caller zeroes it. Entropy sealed with an outdated key of the keyring is
 * reencrypted, so that the outdated key can be retired.
 *
 * @throws BillfoldError `signing-method.required`; StaleReadError
 */
export async function openVaultEntropy(
  services: CustodyServices,
  vault: VaultRow,
  secret: MasterSecret | undefined,
): Promise<Uint8Array> {
  const stored = toSealedSecret(vault)
  const entropy = await openForOwner(services, stored, vaultEntropyContext(vault), secret)
  if (isSealedWithOutdatedKey(services, stored)) {
    const set = await sealVaultEntropy(services, vault, entropy, undefined)
    await services.storage.commit(
      batch(update(vaults, { where: { id: vault.id, userId: null }, set, expectedRows: 'any' })),
    )
  }
  return entropy
}

/** Extracts the sealed secret of a vault. @throws BillfoldError `sealed.invalid` if the vault has none */
export function toSealedSecret({ generation, sealedEntropy }: VaultRow): OwnerSealedSecret {
  if (sealedEntropy === null) throw new BillfoldError('sealed.invalid')
  return { generation, sealed: sealedEntropy }
}

/** The encryption context of a vault's entropy. */
export function vaultEntropyContext({ id, tenant }: VaultId): EncryptionContext {
  return { tenant, table: vaults.name, row: id, field: 'entropy' }
}

/** The column sealed by the keyring: the entropy of vaults without a user. */
export const sealedVaultEntropy = sealedColumn(vaults, 'sealedEntropy', vaultEntropyContext, { generation: null })
