import type { MasterSecret } from '../credentials/sealing.ts'
import type { Place } from '../crypto/index.ts'
import { BillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import { batch, type RowOf, update } from '../storage/index.ts'
import { type HeldSecret, isSealedWithOlderKey, openHeld, sealHeld } from './held-secret.ts'
import { vaults } from './tables.ts'
import { sealedColumn } from '../keys/sealed-column.ts'

/** The stored row of a vault. */
export type VaultRow = RowOf<typeof vaults>

type VaultId = Pick<VaultRow, 'id' | 'tenant'>

/** Seals a vault's BIP-39 entropy. */
export async function sealEntropy(
  services: Services,
  vault: VaultId,
  entropy: Uint8Array,
  secret: MasterSecret | undefined,
): Promise<Pick<VaultRow, 'generation' | 'sealedEntropy'>> {
  const { generation, sealed } = await sealHeld(services, entropy, entropyPlace(vault), secret)
  return { generation, sealedEntropy: sealed }
}

/**
 * Opens a vault's BIP-39 entropy; the caller zeroes it. Entropy sealed with an outdated key of the keyring is
 * reencrypted, so that the outdated key can be retired.
 *
 * @throws BillfoldError `signing-method.required`; StaleReadError
 */
export async function openEntropy(
  services: Services,
  vault: VaultRow,
  secret: MasterSecret | undefined,
): Promise<Uint8Array> {
  const stored = heldBy(vault)
  const entropy = await openHeld(services, stored, entropyPlace(vault), secret)
  if (isSealedWithOlderKey(services, stored)) {
    const set = await sealEntropy(services, vault, entropy, undefined)
    await services.storage.commit(batch(update(vaults, { where: { id: vault.id, userId: null }, set, hits: 'any' })))
  }
  return entropy
}

/** Extracts the sealed secret of a vault. @throws BillfoldError `sealed.invalid` if the vault has none */
export function heldBy({ generation, sealedEntropy }: VaultRow): HeldSecret {
  if (sealedEntropy === null) throw new BillfoldError('sealed.invalid')
  return { generation, sealed: sealedEntropy }
}

/** The encryption context of a vault's entropy. */
export function entropyPlace({ id, tenant }: VaultId): Place {
  return { tenant, table: vaults.name, row: id, field: 'entropy' }
}

/** The column sealed by the keyring: the entropy of vaults without a user. */
export const sealedVaults = sealedColumn(vaults, 'sealedEntropy', entropyPlace, { generation: null })
