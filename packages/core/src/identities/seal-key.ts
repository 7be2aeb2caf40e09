import type { MasterSecret } from '../credentials/sealing.ts'
import type { Place } from '../crypto/index.ts'
import { BillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import { batch, type RowOf, update } from '../storage/index.ts'
import { isSealedWithOlderKey, openHeld, sealHeld } from '../vaults/held-secret.ts'
import { identities } from './tables.ts'
import { sealedColumn } from '../keys/sealed-column.ts'

/** The stored row of a DID wallet. */
export type IdentityRow = RowOf<typeof identities>

/** Seals the private key of a DID wallet. */
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
 * Opens the private key of a DID wallet; the caller zeroes it. A key sealed with an outdated key of the keyring is
 * reencrypted, so that the outdated key can be retired.
 *
 * @throws BillfoldError `did-wallet.not-found` if the wallet has no key, `signing-method.required`; StaleReadError
 */
export async function openKey(
  services: Services,
  wallet: IdentityRow,
  secret: MasterSecret | undefined,
): Promise<Uint8Array> {
  const { generation, sealedKey } = wallet
  if (sealedKey === null) throw new BillfoldError('identity.unknown')
  const stored = { generation, sealed: sealedKey }
  const privateKey = await openHeld(services, stored, keyPlace(wallet), secret)
  if (isSealedWithOlderKey(services, stored)) await reencrypt(services, wallet, privateKey)
  return privateKey
}

async function reencrypt(services: Services, wallet: IdentityRow, privateKey: Uint8Array): Promise<void> {
  const set = await sealKey(services, wallet, privateKey, undefined)
  // Only if still live: a concurrently deleted wallet must not regain its key.
  const where = { id: wallet.id, state: 'live' }
  await services.storage.commit(batch(update(identities, { where, set, hits: 'any' })))
}

/** The encryption context of a wallet's key. */
export function keyPlace({ id, tenant }: Pick<IdentityRow, 'id' | 'tenant'>): Place {
  return { tenant, table: identities.name, row: id, field: 'key' }
}

/** The column sealed by the keyring: the keys of DID wallets without a user. */
export const sealedIdentityKeys = sealedColumn(identities, 'sealedKey', keyPlace, { generation: null })
