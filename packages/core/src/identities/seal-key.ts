import type { MasterSecret } from '../credentials/sealing.ts'
import type { Place } from '../crypto/index.ts'
import { BillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import { batch, type RowOf, update } from '../storage/index.ts'
import { isSealedWithOlderKey, openHeld, sealHeld } from '../vaults/held-secret.ts'
import { identities } from './tables.ts'
import { sealedColumn } from '../keys/sealed-column.ts'

/** A DID wallet as it is kept. */
export type IdentityRow = RowOf<typeof identities>

/** Seals the private key of a wallet. */
export async function sealKey(
  services: Services,
  wallet: Pick<IdentityRow, 'id' | 'tenant'>,
  privateKey: Uint8Array,
  secret: MasterSecret | undefined,
): Promise<Pick<IdentityRow, 'generation' | 'sealedKey'>> {
  const { generation, sealed } = await sealHeld(services, privateKey, keyPlace(wallet), secret)
  return { generation, sealedKey: sealed }
}

/**
 * Opens the private key of a wallet; whoever calls wipes it. What an older key of the keyring sealed is sealed anew, so that
 * the older key can leave the keyring in time.
 * @throws BillfoldError `identity.unknown` for one without a key, `signing-method.required`; StaleRead
 */
export async function openKey(
  services: Services,
  wallet: IdentityRow,
  secret: MasterSecret | undefined,
): Promise<Uint8Array> {
  const { generation, sealedKey } = wallet
  if (sealedKey === null) throw new BillfoldError('identity.unknown')
  const held = { generation, sealed: sealedKey }
  const privateKey = await openHeld(services, held, keyPlace(wallet), secret)
  if (isSealedWithOlderKey(services, held)) await sealAnew(services, wallet, privateKey)
  return privateKey
}

async function sealAnew(services: Services, wallet: IdentityRow, privateKey: Uint8Array): Promise<void> {
  const set = await sealKey(services, wallet, privateKey, undefined)
  // Not one that was deleted meanwhile: its key must not come back.
  const where = { id: wallet.id, state: 'live' }
  await services.storage.commit(batch(update(identities, { where, set, hits: 'any' })))
}

/** Where the key of a wallet lives. */
export function keyPlace({ id, tenant }: Pick<IdentityRow, 'id' | 'tenant'>): Place {
  return { tenant, table: identities.name, row: id, field: 'key' }
}

/** What the keyring seals here: of DID wallets without a user. */
export const sealedIdentityKeys = sealedColumn(identities, 'sealedKey', keyPlace, { generation: null })
