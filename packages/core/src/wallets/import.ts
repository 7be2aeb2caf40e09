import { type Actor, auditRecord } from '../audit/record.ts'
import type { MethodSettings } from '../credentials/method-types.ts'
import { firstMethod } from '../credentials/methods.ts'
import { ownerMoves } from '../credentials/owner-writes.ts'
import { currentSecret, type OpenedMethod } from '../credentials/unlock.ts'
import { decideFor } from '../credentials/decide-for.ts'
import { BillfoldError } from '../errors.ts'
import { eventWrites } from '../events/write.ts'
import { newId } from '../ids.ts'
import type { Services } from '../services.ts'
import { batch, insert, isCommitError, type Write } from '../storage/index.ts'
import type { Chain, ChainKey } from './chains/chain.ts'
import type { ReadKeystore } from './keystores/keystore.ts'
import { type WalletInput, walletRow, walletsWithRoom } from './create.ts'
import { keystoreTurn } from './keystore-turn.ts'
import type { WalletRow } from './sealing.ts'
import { wallets } from './tables.ts'
import { walletEvent } from './wallet-event.ts'

/** The key of a wallet that is made elsewhere, in one of the forms that a chain has. */
export type KeyInput =
  | { readonly form: 'PRIVATE_KEY'; readonly privateKey: string }
  | { readonly form: 'WIF'; readonly wif: string }
  | { readonly form: 'KEYSTORE'; readonly keystore: string; readonly password: string }

/** Opens a key that was read: at once, or, out of a keystore, in a turn of the slow hash. */
export type OpenKey = (services: Services, actor: Actor) => Promise<ChainKey>

/**
 * Reads a key to import. Whatever is wrong with it, or asks for too much work, is refused before any work is done.
 * @throws BillfoldError `wallet.import.unsupported-type`, `crypto.invalid-key`, `keystore.invalid`, `keystore.too-costly`;
 *   and when it is opened `keystore.wrong-password`, `keystore.invalid`, `server.busy`
 */
export function readKey(chain: Chain, input: KeyInput): OpenKey {
  if (input.form === 'KEYSTORE') return openLater(chain, chain.keystore.read(input.keystore), input.password)
  const read = input.form === 'WIF' ? chain.readWif : chain.readPrivateKey
  if (read === undefined) throw new BillfoldError('wallet.import.unsupported-type')
  const key = chain.keyOf(read(input.form === 'WIF' ? input.wif : input.privateKey))
  return () => Promise.resolve(key)
}

function openLater(chain: Chain, keystore: ReadKeystore, password: string): OpenKey {
  return (services, actor) => keystoreTurn(services, actor, async () => chain.keyOf(await keystore.open(password)))
}

/**
 * Makes a wallet of a user with a key from elsewhere, sealed under the user's master secret.
 * @throws BillfoldError `wallet.import.duplicate`, `user.full`, `signing-method.invalid` when the method was replaced meanwhile
 */
export function importUserWallet(
  services: Services,
  actor: Actor,
  userId: string,
  chain: Chain,
  key: ChainKey,
  input: WalletInput,
  authority: OpenedMethod,
): Promise<WalletRow> {
  return decideFor(services, userId, async () => {
    const { secret, version } = await currentSecret(services, authority)
    await walletsWithRoom(services, userId)
    const owner = { tenant: actor.tenant, ownerId: userId, userId }
    const row = walletRow(services, owner, chain, key, null, input, secret)
    await commitImport(services, [
      ownerMoves(userId, version),
      insert(wallets, row),
      auditRecord(actor, 'wallet.imported', row.id, row.createdAt, { secretType: chain.secretType, user: userId }),
      ...eventWrites(services, actor.tenant, 'wallet.imported', walletEvent(row)),
    ])
    return row
  })
}

/**
 * Makes a wallet that no user has with a key from elsewhere, sealed under a master secret of its own that its own PIN opens.
 * @throws BillfoldError `wallet.import.duplicate`, `signing-method.value-invalid`
 */
export async function importOwnWallet(
  services: Services,
  settings: MethodSettings,
  actor: Actor,
  chain: Chain,
  key: ChainKey,
  input: WalletInput,
  pincode: string,
): Promise<WalletRow> {
  const id = newId()
  const owner = { tenant: actor.tenant, ownerId: id }
  const pin = { type: 'PIN', value: pincode }
  const method = await firstMethod(services, settings, actor, { ...owner, ownerKind: 'wallet' }, pin)
  const row = walletRow(services, { ...owner, userId: null }, chain, key, null, input, method.secret, id)
  await commitImport(services, [
    ...method.writes,
    insert(wallets, row),
    auditRecord(actor, 'wallet.imported', id, row.createdAt, { secretType: chain.secretType }),
    ...eventWrites(services, actor.tenant, 'wallet.imported', walletEvent(row)),
  ])
  return row
}

/** Of all the keys in such a batch only the wallet's address can be taken: the rest are new ids. */
async function commitImport(services: Services, writes: readonly Write[]): Promise<void> {
  try {
    await services.storage.commit(batch(...writes))
  } catch (error) {
    if (isCommitError(error) && error.reason === 'duplicate') throw new BillfoldError('wallet.import.duplicate')
    throw error
  }
}
