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
import { walletEventData, type WalletRow } from './sealing.ts'
import { wallets } from './tables.ts'

/** A private key from another wallet, in one of the import formats of the chain. */
export type KeyInput =
  | { readonly form: 'PRIVATE_KEY'; readonly privateKey: string }
  | { readonly form: 'WIF'; readonly wif: string }
  | { readonly form: 'KEYSTORE'; readonly keystore: string; readonly password: string }

/** Loads a parsed key: immediately, or by decrypting a keystore in a slot of the password hasher. */
export type OpenKey = (services: Services, actor: Actor) => Promise<ChainKey>

/**
 * Parses a key to import. Malformed keys and keystores with excessive KDF parameters are rejected before any key derivation.
 * @throws BillfoldError `wallet.import.unsupported-type`, `crypto.invalid-key`, `keystore.invalid`, `keystore.too-costly`;
 *   the returned function throws `keystore.wrong-password`, `keystore.invalid`, `server.busy`
 */
export function readKey(chain: Chain, input: KeyInput): OpenKey {
  if (input.form === 'KEYSTORE') return keystoreLoader(chain, chain.keystore.read(input.keystore), input.password)
  const parse = input.form === 'WIF' ? chain.readWif : chain.readPrivateKey
  if (parse === undefined) throw new BillfoldError('wallet.import.unsupported-type')
  const key = chain.keyOf(parse(input.form === 'WIF' ? input.wif : input.privateKey))
  return () => Promise.resolve(key)
}

function keystoreLoader(chain: Chain, keystore: ReadKeystore, password: string): OpenKey {
  return (services, actor) => keystoreTurn(services, actor, async () => chain.keyOf(await keystore.open(password)))
}

/**
 * Creates a wallet of a user with an imported key, sealed under the user's master secret.
 * @throws BillfoldError `wallet.import.duplicate`, `user.limit-reached`, `signing-method.invalid` if the method was replaced
 *   concurrently
 */
export function importUserWallet(
  services: Services,
  actor: Actor,
  userId: string,
  chain: Chain,
  key: ChainKey,
  input: WalletInput,
  authorizedBy: OpenedMethod,
): Promise<WalletRow> {
  return decideFor(services, userId, async () => {
    const { secret, version } = await currentSecret(services, authorizedBy)
    await walletsWithRoom(services, userId)
    const owner = { tenant: actor.tenant, ownerId: userId, userId }
    const row = walletRow(services, owner, chain, key, null, input, secret)
    await commitImport(services, [
      ownerMoves(userId, version),
      insert(wallets, row),
      auditRecord(actor, 'wallet.imported', row.id, row.createdAt, { secretType: chain.secretType, user: userId }),
      ...eventWrites(services, actor.tenant, 'wallet.imported', walletEventData(row)),
    ])
    return row
  })
}

/**
 * Creates a wallet without a user with an imported key, sealed under the wallet's own master secret, which its PIN wraps.
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
    ...eventWrites(services, actor.tenant, 'wallet.imported', walletEventData(row)),
  ])
  return row
}

/** The wallet's address is the only unique key that can conflict, since all ids in the batch are new. */
async function commitImport(services: Services, writes: readonly Write[]): Promise<void> {
  try {
    await services.storage.commit(batch(...writes))
  } catch (error) {
    if (isCommitError(error) && error.reason === 'duplicate') throw new BillfoldError('wallet.import.duplicate')
    throw error
  }
}
