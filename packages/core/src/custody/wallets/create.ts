import type { CustodyServices } from '../services.ts'
import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import type { SigningMethodOptions } from '../../identity/signing-methods/method-types.ts'
import { prepareFirstMethod } from '../../identity/signing-methods/methods.ts'
import type { MasterSecret } from '../../platform/master-secret.ts'
import { bumpOwnerVersion, withOwnerLock } from '../../identity/signing-methods/owner.ts'
import {
  type AuthorizedMethod,
  commitAuthorized,
  loadMasterSecret,
} from '../../identity/signing-methods/authorized-method.ts'
import { custodyOrigin } from '../../identity/users/create.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { eventWrites } from '../../platform/events/event-writes.ts'
import { newId } from '../../kernel/ids.ts'
import { batch, insert } from '../../kernel/storage/index.ts'
import { computeSafeAddress } from '../smart-accounts/safe-account.ts'
import type { Chain, ChainKey } from './chains/chain.ts'
import { sealWalletKey, walletEventData, type CustodyWalletRow } from './sealing.ts'
import { noUserOrigin } from './user-origin.ts'
import { getOrCreateSeed } from './wallet-seed.ts'
import { wallets } from './tables.ts'

/**
 * The maximum number of wallets per user. All of them are re-encrypted in one batch when a signing method is replaced, and a
 * batch takes 1,000 writes. The quota is read before the write, so the margin covers wallets created concurrently.
 */
export const maxWalletsPerUser = 900

/** Optional metadata of a new wallet. */
export interface WalletInput {
  readonly description?: string | undefined
  readonly identifier?: string | undefined
  /** The contract account of the wallet, such as `safe-1.4.1`. Default: none; the address is that of the key. */
  readonly accountType?: string | undefined
  /** The origin of its user, if it has one. Default: that of the custody API. */
  readonly userOrigin?: string | undefined
}

/**
 * Creates a wallet of a user from the next unused derivation path of the user's seed. Its key is sealed under the user's
 * master secret.
 * @throws BillfoldError `user.limit-reached`, `signing-method.invalid` if the method was replaced concurrently
 */
export function createUserWallet(
  services: CustodyServices,
  actor: Actor,
  userId: string,
  chain: Chain,
  input: WalletInput,
  authorizedBy: AuthorizedMethod,
): Promise<CustodyWalletRow> {
  return withOwnerLock(services, userId, async () => {
    const { secret, version } = await loadMasterSecret(services, authorizedBy)
    const owner = { tenant: actor.tenant, ownerId: userId }
    const { seed, write } = await getOrCreateSeed(services, owner, secret)
    const path = chain.derivationPath(await findNextIndex(services, userId, chain))
    const row = buildWalletRow(services, { ...owner, userId }, chain, chain.deriveKey(seed, path), path, input, secret)
    await commitAuthorized(
      services,
      authorizedBy,
      bumpOwnerVersion(userId, version),
      write,
      insert(wallets, row),
      auditWrite(actor, 'wallet.created', row.id, row.createdAt, { secretType: chain.secretType, user: userId }),
      ...eventWrites(services, actor.tenant, 'wallet.created', walletEventData(row)),
    )
    return row
  })
}

/**
 * Creates a wallet without a user: a random key, sealed under the wallet's own master secret, which the wallet's PIN wraps.
 * @throws BillfoldError `signing-method.invalid-value`
 */
export async function createStandaloneWallet(
  services: CustodyServices,
  settings: SigningMethodOptions,
  actor: Actor,
  chain: Chain,
  input: WalletInput,
  pincode: string,
): Promise<CustodyWalletRow> {
  const id = newId()
  const owner = { tenant: actor.tenant, ownerId: id, ownerKind: 'wallet' as const }
  const method = await prepareFirstMethod(services, settings, actor, owner, { type: 'PIN', value: pincode })
  const standalone = { tenant: actor.tenant, ownerId: id, userId: null }
  const row = { ...buildWalletRow(services, standalone, chain, chain.generateKey(), null, input, method.secret, id) }
  await services.storage.commit(
    batch(
      ...method.writes,
      insert(wallets, row),
      auditWrite(actor, 'wallet.created', id, row.createdAt, { secretType: chain.secretType }),
      ...eventWrites(services, actor.tenant, 'wallet.created', walletEventData(row)),
    ),
  )
  return row
}

/** Lists the wallets of a user after checking that one more is allowed. @throws BillfoldError `user.limit-reached` */
export async function assertWalletQuota(
  services: CustodyServices,
  userId: string,
): Promise<readonly CustodyWalletRow[]> {
  const rows = await services.storage.find(wallets, { where: { ownerId: userId }, limit: maxWalletsPerUser })
  if (rows.length >= maxWalletsPerUser) throw new BillfoldError('user.limit-reached')
  return rows
}

/** Finds the lowest index whose derivation path no wallet of the user has. A unique key rejects concurrent duplicates. */
async function findNextIndex(services: CustodyServices, userId: string, chain: Chain): Promise<number> {
  const rows = await assertWalletQuota(services, userId)
  const taken = new Set(rows.map((row) => row.derivationPath))
  let index = 0
  while (taken.has(chain.derivationPath(index))) index++
  return index
}

/** Builds the row of a new wallet with its key sealed. `derivationPath` is null if the key does not come from the owner's seed. */
export function buildWalletRow(
  services: CustodyServices,
  owner: { readonly tenant: string; readonly ownerId: string; readonly userId: string | null },
  chain: Chain,
  key: ChainKey,
  derivationPath: string | null,
  input: WalletInput,
  secret: MasterSecret,
  id: string = newId(),
): CustodyWalletRow {
  return {
    id,
    ...owner,
    userOrigin: owner.userId === null ? noUserOrigin : (input.userOrigin ?? custodyOrigin),
    secretType: chain.secretType,
    address: input.accountType === undefined ? key.address : computeSafeAddress(key.address),
    identifier: input.identifier ?? null,
    description: input.description ?? null,
    primary: false,
    derivationPath,
    publicKey: key.publicKey,
    accountType: input.accountType ?? null,
    generation: secret.generation,
    sealedKey: sealWalletKey({ tenant: owner.tenant, id }, key.privateKey, secret),
    createdAt: services.now(),
    archivedAt: null,
  }
}
