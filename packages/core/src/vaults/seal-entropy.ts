import type { MasterSecret } from '../credentials/sealing.ts'
import type { Place } from '../crypto/index.ts'
import { BillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import { batch, type RowOf, update } from '../storage/index.ts'
import { type HeldSecret, isSealedWithOlderKey, openHeld, sealHeld } from './held-secret.ts'
import { vaults } from './tables.ts'
import { sealedColumn } from '../keys/sealed-column.ts'

/** A vault as it is kept. */
export type VaultRow = RowOf<typeof vaults>

type OwnVault = Pick<VaultRow, 'id' | 'tenant'>

/** Seals a vault's BIP-39 entropy. */
export async function sealEntropy(
  services: Services,
  vault: OwnVault,
  entropy: Uint8Array,
  secret: MasterSecret | undefined,
): Promise<Pick<VaultRow, 'generation' | 'sealedEntropy'>> {
  const { generation, sealed } = await sealHeld(services, entropy, entropyPlace(vault), secret)
  return { generation, sealedEntropy: sealed }
}

/**
 * Opens a vault's BIP-39 entropy; whoever calls wipes it. What an older key of the keyring sealed is sealed anew, so that the
 * older key can leave the keyring in time.
 * @throws BillfoldError `signing-method.required`; StaleRead
 */
export async function openEntropy(
  services: Services,
  vault: VaultRow,
  secret: MasterSecret | undefined,
): Promise<Uint8Array> {
  const held = heldBy(vault)
  const entropy = await openHeld(services, held, entropyPlace(vault), secret)
  if (isSealedWithOlderKey(services, held)) {
    const set = await sealEntropy(services, vault, entropy, undefined)
    await services.storage.commit(batch(update(vaults, { where: { id: vault.id, userId: null }, set, hits: 'any' })))
  }
  return entropy
}

/** The vault's secret as it is kept. @throws BillfoldError `sealed.invalid` for a vault that has none */
export function heldBy({ generation, sealedEntropy }: VaultRow): HeldSecret {
  if (sealedEntropy === null) throw new BillfoldError('sealed.invalid')
  return { generation, sealed: sealedEntropy }
}

/** Where the entropy lives. */
export function entropyPlace({ id, tenant }: OwnVault): Place {
  return { tenant, table: vaults.name, row: id, field: 'entropy' }
}

/** What the keyring seals here: of vaults without a user. */
export const sealedVaults = sealedColumn(vaults, 'sealedEntropy', entropyPlace, { generation: null })
