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
import { sealWalletKey, type WalletRow } from './sealing.ts'
import { ownSeed } from './seed.ts'
import { wallets } from './tables.ts'
import { walletEvent } from './wallet-event.ts'

/**
 * At most this many wallets a user: they are all sealed anew when a signing method is replaced, in one batch, which holds
 * 1,000 writes. (The count is read before the write; the margin is for those who make wallets at the same moment.)
 */
export const mostWallets = 900

/** What the host says about a new wallet. */
export interface WalletInput {
  readonly description?: string | undefined
  readonly identifier?: string | undefined
}

/**
 * Makes a wallet of a user: the next key of the user's seed, sealed under the user's master secret.
 * @throws BillfoldError `user.full`, `signing-method.invalid` when the method was replaced meanwhile
 */
export function createUserWallet(
  services: Services,
  actor: Actor,
  userId: string,
  chain: Chain,
  input: WalletInput,
  authority: OpenedMethod,
): Promise<WalletRow> {
  return decideFor(services, userId, async () => {
    const { secret, version } = await currentSecret(services, authority)
    const owner = { tenant: actor.tenant, ownerId: userId }
    const { seed, write } = await ownSeed(services, owner, secret)
    const path = chain.derivationPath(await nextIndex(services, userId, chain))
    const row = walletRow(services, { ...owner, userId }, chain, chain.deriveKey(seed, path), path, input, secret)
    await services.storage.commit(
      batch(
        ownerMoves(userId, version),
        write,
        insert(wallets, row),
        auditRecord(actor, 'wallet.created', row.id, row.createdAt, { secretType: chain.secretType, user: userId }),
        ...eventWrites(services, actor.tenant, 'wallet.created', walletEvent(row)),
      ),
    )
    return row
  })
}

/**
 * Makes a wallet that no user has: a random key, sealed under a master secret of its own that its own PIN opens.
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
  const place = { tenant: actor.tenant, ownerId: id, userId: null }
  const row = { ...walletRow(services, place, chain, chain.newKey(), null, input, method.secret, id) }
  await services.storage.commit(
    batch(
      ...method.writes,
      insert(wallets, row),
      auditRecord(actor, 'wallet.created', id, row.createdAt, { secretType: chain.secretType }),
      ...eventWrites(services, actor.tenant, 'wallet.created', walletEvent(row)),
    ),
  )
  return row
}

/** The wallets of a user who may have one more. @throws BillfoldError `user.full` */
export async function walletsWithRoom(services: Services, userId: string): Promise<readonly WalletRow[]> {
  const rows = await services.storage.find(wallets, { where: { ownerId: userId }, limit: mostWallets })
  if (rows.length >= mostWallets) throw new BillfoldError('user.full')
  return rows
}

/** The first index that none of the user's wallets on chains with the same path has; a unique key settles a tie. */
async function nextIndex(services: Services, userId: string, chain: Chain): Promise<number> {
  const rows = await walletsWithRoom(services, userId)
  const taken = new Set(rows.map((row) => row.derivationPath))
  let index = 0
  while (taken.has(chain.derivationPath(index))) index++
  return index
}

/** A new wallet, its key sealed; without a path where the key is not derived from the owner's seed. */
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
