import { type Actor, auditRecord } from '../audit/record.ts'
import type { MethodSettings } from '../credentials/method-types.ts'
import { firstMethod } from '../credentials/methods.ts'
import type { MasterSecret } from '../credentials/sealing.ts'
import { ownerMoves } from '../credentials/owner-writes.ts'
import { currentSecret, type OpenedMethod } from '../credentials/unlock.ts'
import { decideFor } from '../credentials/decide-for.ts'
import { BillfoldError } from '../errors.ts'
import { eventWrites } from '../events/write.ts'
import { newId } from '../ids.ts'
import type { Services } from '../services.ts'
import { batch, insert } from '../storage/index.ts'
import type { Chain, ChainKey } from './chains/chain.ts'
import { sealWalletKey, walletEventData, type WalletRow } from './sealing.ts'
import { ownSeed } from './seed.ts'
import { wallets } from './tables.ts'

/**
 * The maximum number of wallets per user. All of them are re-encrypted in one batch when a signing method is replaced, and a
 * batch takes 1,000 writes. The quota is read before the write, so the margin covers wallets created concurrently.
 */
export const mostWallets = 900

/** Optional metadata of a new wallet. */
export interface WalletInput {
  readonly description?: string | undefined
  readonly identifier?: string | undefined
}

/**
 * Creates a wallet of a user from the next unused derivation path of the user's seed. Its key is sealed under the user's
 * master secret.
 * @throws BillfoldError `user.limit-reached`, `signing-method.invalid` if the method was replaced concurrently
 */
export function createUserWallet(
  services: Services,
  actor: Actor,
  userId: string,
  chain: Chain,
  input: WalletInput,
  authorizedBy: OpenedMethod,
): Promise<WalletRow> {
  return decideFor(services, userId, async () => {
    const { secret, version } = await currentSecret(services, authorizedBy)
    const owner = { tenant: actor.tenant, ownerId: userId }
    const { seed, write } = await ownSeed(services, owner, secret)
    const path = chain.derivationPath(await findNextIndex(services, userId, chain))
    const row = walletRow(services, { ...owner, userId }, chain, chain.deriveKey(seed, path), path, input, secret)
    await services.storage.commit(
      batch(
        ownerMoves(userId, version),
        write,
        insert(wallets, row),
        auditRecord(actor, 'wallet.created', row.id, row.createdAt, { secretType: chain.secretType, user: userId }),
        ...eventWrites(services, actor.tenant, 'wallet.created', walletEventData(row)),
      ),
    )
    return row
  })
}

/**
 * Creates a wallet without a user: a random key, sealed under the wallet's own master secret, which the wallet's PIN wraps.
 * @throws BillfoldError `signing-method.value-invalid`
 */
export async function createOwnWallet(
  services: Services,
  settings: MethodSettings,
  actor: Actor,
  chain: Chain,
  input: WalletInput,
  pincode: string,
): Promise<WalletRow> {
  const id = newId()
  const owner = { tenant: actor.tenant, ownerId: id, ownerKind: 'wallet' as const }
  const method = await firstMethod(services, settings, actor, owner, { type: 'PIN', value: pincode })
  const standalone = { tenant: actor.tenant, ownerId: id, userId: null }
  const row = { ...walletRow(services, standalone, chain, chain.newKey(), null, input, method.secret, id) }
  await services.storage.commit(
    batch(
      ...method.writes,
      insert(wallets, row),
      auditRecord(actor, 'wallet.created', id, row.createdAt, { secretType: chain.secretType }),
      ...eventWrites(services, actor.tenant, 'wallet.created', walletEventData(row)),
    ),
  )
  return row
}

/** Lists the wallets of a user after checking that one more is allowed. @throws BillfoldError `user.limit-reached` */
export async function walletsWithRoom(services: Services, userId: string): Promise<readonly WalletRow[]> {
  const rows = await services.storage.find(wallets, { where: { ownerId: userId }, limit: mostWallets })
  if (rows.length >= mostWallets) throw new BillfoldError('user.full')
  return rows
}

/** Finds the lowest index whose derivation path no wallet of the user has. A unique key rejects concurrent duplicates. */
async function findNextIndex(services: Services, userId: string, chain: Chain): Promise<number> {
  const rows = await walletsWithRoom(services, userId)
  const taken = new Set(rows.map((row) => row.derivationPath))
  let index = 0
  while (taken.has(chain.derivationPath(index))) index++
  return index
}

/** Builds the row of a new wallet with its key sealed. `derivationPath` is null if the key does not come from the owner's seed. */
export function walletRow(
  services: Services,
  owner: { readonly tenant: string; readonly ownerId: string; readonly userId: string | null },
  chain: Chain,
  key: ChainKey,
  derivationPath: string | null,
  input: WalletInput,
  secret: MasterSecret,
  id: string = newId(),
): WalletRow {
  return {
    id,
    ...owner,
    secretType: chain.secretType,
    address: key.address,
    identifier: input.identifier ?? null,
    description: input.description ?? null,
    primary: false,
    derivationPath,
    publicKey: key.publicKey,
    generation: secret.generation,
    sealedKey: sealWalletKey({ tenant: owner.tenant, id }, key.privateKey, secret),
    createdAt: services.now(),
    archivedAt: null,
  }
}
