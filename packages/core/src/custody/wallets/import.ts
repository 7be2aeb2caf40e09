import type { CustodyServices } from '../services.ts'
import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import type { SigningMethodOptions } from '../../identity/signing-methods/method-types.ts'
import { prepareFirstMethod } from '../../identity/signing-methods/methods.ts'
import { bumpOwnerVersion, withOwnerLock } from '../../identity/signing-methods/owner.ts'
import {
  type AuthorizedMethod,
  commitAuthorized,
  loadMasterSecret,
} from '../../identity/signing-methods/authorized-method.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { eventWrites } from '../../platform/events/event-writes.ts'
import { newId } from '../../kernel/ids.ts'
import { batch, insert, isCommitError } from '../../kernel/storage/index.ts'
import type { Chain, ChainKey } from './chains/chain.ts'
import type { ParsedKeystore } from './keystores/keystore-format.ts'
import { type WalletInput, buildWalletRow, assertWalletQuota } from './create.ts'
import { withKeystoreSlot } from './with-keystore-slot.ts'
import { walletEventData, type CustodyWalletRow } from './sealing.ts'
import { wallets } from './tables.ts'

/** A private key from another wallet, in one of the import formats of the chain. */
export type ImportedKeyInput =
  | { readonly form: 'PRIVATE_KEY'; readonly privateKey: string }
  | { readonly form: 'WIF'; readonly wif: string }
  | { readonly form: 'WIF_PASSPHRASE'; readonly wif: string; readonly passphrase: string }
  | { readonly form: 'KEYSTORE'; readonly keystore: string; readonly password: string }

/** Loads a parsed key: immediately, or by decrypting a keystore in a slot of the password hasher. */
export type LoadImportedKey = (services: CustodyServices, actor: Actor) => Promise<ChainKey>

/**
 * Parses a key to import. Malformed keys and keystores with excessive KDF parameters are rejected before any key derivation.
 * @throws BillfoldError `wallet.import.unsupported-type`, `crypto.invalid-key`, `keystore.invalid`, `keystore.cost-too-high`;
 *   the returned function throws `keystore.wrong-password`, `keystore.invalid`, `server.busy`
 */
export function parseImportedKey(chain: Chain, input: ImportedKeyInput): LoadImportedKey {
  if (input.form === 'KEYSTORE') return keystoreLoader(chain, chain.keystore.parse(input.keystore), input.password)
  if (input.form === 'WIF_PASSPHRASE') {
    if (chain.encryptedWif === undefined) throw new BillfoldError('wallet.import.unsupported-type')
    return keystoreLoader(chain, chain.encryptedWif.parse(input.wif), input.passphrase)
  }
  const parse = input.form === 'WIF' ? chain.parseWif : chain.parsePrivateKey
  if (parse === undefined) throw new BillfoldError('wallet.import.unsupported-type')
  const key = chain.toChainKey(parse(input.form === 'WIF' ? input.wif : input.privateKey))
  return () => Promise.resolve(key)
}

function keystoreLoader(chain: Chain, keystore: ParsedKeystore, password: string): LoadImportedKey {
  return (services, actor) =>
    withKeystoreSlot(services, actor, async () => chain.toChainKey(await keystore.decrypt(password)))
}

/**
 * Creates a wallet of a user with an imported key, sealed under the user's master secret.
 * @throws BillfoldError `wallet.import.duplicate`, `user.limit-reached`, `signing-method.invalid` if the method was replaced
 *   concurrently
 */
export function importUserWallet(
  services: CustodyServices,
  actor: Actor,
  userId: string,
  chain: Chain,
  key: ChainKey,
  input: WalletInput,
  authorizedBy: AuthorizedMethod,
): Promise<CustodyWalletRow> {
  return withOwnerLock(services, userId, async () => {
    const { secret, version } = await loadMasterSecret(services, authorizedBy)
    await assertWalletQuota(services, userId)
    const owner = { tenant: actor.tenant, ownerId: userId, userId }
    const row = buildWalletRow(services, owner, chain, key, null, input, secret)
    const writes = [
      bumpOwnerVersion(userId, version),
      insert(wallets, row),
      auditWrite(actor, 'wallet.imported', row.id, row.createdAt, { secretType: chain.secretType, user: userId }),
      ...eventWrites(services, actor.tenant, 'wallet.imported', walletEventData(row)),
    ]
    await rejectDuplicate(() => commitAuthorized(services, authorizedBy, ...writes))
    return row
  })
}

/**
 * Creates a wallet without a user with an imported key, sealed under the wallet's own master secret, which its PIN wraps.
 * @throws BillfoldError `wallet.import.duplicate`, `signing-method.invalid-value`
 */
export async function importStandaloneWallet(
  services: CustodyServices,
  settings: SigningMethodOptions,
  actor: Actor,
  chain: Chain,
  key: ChainKey,
  input: WalletInput,
  pincode: string,
): Promise<CustodyWalletRow> {
  const id = newId()
  const owner = { tenant: actor.tenant, ownerId: id }
  const pin = { type: 'PIN', value: pincode }
  const method = await prepareFirstMethod(services, settings, actor, { ...owner, ownerKind: 'wallet' }, pin)
  const row = buildWalletRow(services, { ...owner, userId: null }, chain, key, null, input, method.secret, id)
  const writes = [
    ...method.writes,
    insert(wallets, row),
    auditWrite(actor, 'wallet.imported', id, row.createdAt, { secretType: chain.secretType }),
    ...eventWrites(services, actor.tenant, 'wallet.imported', walletEventData(row)),
  ]
  await rejectDuplicate(() => services.storage.commit(batch(...writes)))
  return row
}

/** The wallet's address is the only unique key that can conflict, since all ids in the batch are new. */
export async function rejectDuplicate(commit: () => Promise<void>): Promise<void> {
  try {
    await commit()
  } catch (error) {
    if (isCommitError(error) && error.reason === 'duplicate') throw new BillfoldError('wallet.import.duplicate')
    throw error
  }
}
