import type { CustodyServices } from '../../custody/services.ts'
import type { MasterSecret } from '../../platform/master-secret.ts'
import type { EncryptionContext } from '../../kernel/crypto/index.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { batch, type RowOf, update } from '../../kernel/storage/index.ts'
import { isSealedWithOutdatedKey, openForOwner, sealForOwner } from '../vaults/owner-sealed-secret.ts'
import { didWallets } from './tables.ts'
import { sealedColumn } from '../../kernel/storage/sealed-column.ts'

/** The stored row of a DID wallet. */
export type DidWalletRow = RowOf<typeof didWallets>

/** Seals the private key of a DID wallet. */
export async function sealDidWalletKey(
  services: CustodyServices,
  wallet: Pick<DidWalletRow, 'id' | 'tenant'>,
  privateKey: Uint8Array,
  secret: MasterSecret | undefined,
): Promise<Pick<DidWalletRow, 'generation' | 'sealedKey'>> {
  const { generation, sealed } = await sealForOwner(services, privateKey, didWalletKeyContext(wallet), secret)
  return { generation, sealedKey: sealed }
}

/**
 * Opens the private key of a DID wallet; the caller zeroes it. A key sealed with an outdated key of the keyring is
 * reencrypted, so that the outdated key can be retired.
 *
 * @throws BillfoldError `did-wallet.not-found` if the wallet has no key, `signing-method.required`; StaleReadError
 */
export async function openDidWalletKey(
  services: CustodyServices,
  wallet: DidWalletRow,
  secret: MasterSecret | undefined,
): Promise<Uint8Array> {
  const { generation, sealedKey } = wallet
  if (sealedKey === null) throw new BillfoldError('did-wallet.not-found')
  const stored = { generation, sealed: sealedKey }
  const privateKey = await openForOwner(services, stored, didWalletKeyContext(wallet), secret)
  if (isSealedWithOutdatedKey(services, stored)) await reencrypt(services, wallet, privateKey)
  return privateKey
}

async function reencrypt(services: CustodyServices, wallet: DidWalletRow, privateKey: Uint8Array): Promise<void> {
  const set = await sealDidWalletKey(services, wallet, privateKey, undefined)
  // Only if still live: a concurrently deleted wallet must not regain its key.
  const where = { id: wallet.id, state: 'live' }
  await services.storage.commit(batch(update(didWallets, { where, set, expectedRows: 'any' })))
}

/** The encryption context of a wallet's key. */
export function didWalletKeyContext({ id, tenant }: Pick<DidWalletRow, 'id' | 'tenant'>): EncryptionContext {
  return { tenant, table: didWallets.name, row: id, field: 'key' }
}

/** The column sealed by the keyring: the keys of DID wallets without a user. */
export const sealedDidWalletKeys = sealedColumn(didWallets, 'sealedKey', didWalletKeyContext, { generation: null })
