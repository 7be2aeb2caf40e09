import { type Actor, auditRecord } from '../audit/record.ts'
import { ownerMoves } from '../credentials/owner-writes.ts'
import { credentials, masterSecrets } from '../credentials/tables.ts'
import { currentSecret, type OpenedMethod } from '../credentials/unlock.ts'
import { decideFor } from '../credentials/decide-for.ts'
import { BillfoldError } from '../errors.ts'
import { eventWrites } from '../events/write.ts'
import type { Services } from '../services.ts'
import { batch, check, remove, update } from '../storage/index.ts'
import { walletsWithRoom } from './create.ts'
import { findWallet } from './find.ts'
import { openWalletKey, sealWalletKey, type WalletRow } from './sealing.ts'
import { wallets } from './tables.ts'
import { walletEvent } from './wallet-event.ts'

/**
 * Gives a wallet that nobody has to a user: its key is sealed under the user's master secret, and its own PIN, which
 * authorises this together with a method of the user, is gone.
 * @throws BillfoldError `wallet.linked`, `user.full`, `wallet.archived`, `signing-method.invalid` when a method was replaced meanwhile
 */
export function linkWallet(
  services: Services,
  actor: Actor,
  walletId: string,
  userId: string,
  authority: { readonly wallet: OpenedMethod; readonly user: OpenedMethod },
): Promise<WalletRow> {
  return decideFor(services, userId, async () => {
    const wallet = await findWallet(services, actor.tenant, walletId)
    if (wallet.userId !== null) throw new BillfoldError('wallet.linked')
    if (wallet.archivedAt !== null) throw new BillfoldError('wallet.archived')
    const own = await currentSecret(services, authority.wallet)
    const next = await currentSecret(services, authority.user)
    await walletsWithRoom(services, userId)
    const moved = {
      userId,
      ownerId: userId,
      // The user may have a primary one of the chain already.
      primary: false,
      generation: next.secret.generation,
      sealedKey: sealWalletKey(wallet, openWalletKey(wallet, own.secret), next.secret),
    }
    const { row } = authority.user
    const free = { id: walletId, userId: null, archivedAt: null, generation: own.secret.generation }
    await services.storage.commit(
      batch(
        check(credentials, { where: { id: row.id, version: row.version } }),
        remove(masterSecrets, { where: { ownerId: walletId, version: own.version } }),
        remove(credentials, { where: { ownerId: walletId }, hits: 'any' }),
        ownerMoves(userId, next.version),
        update(wallets, { where: free, set: moved }),
        auditRecord(actor, 'wallet.linked', walletId, services.now(), { user: userId }),
        ...eventWrites(services, actor.tenant, 'wallet.linked', walletEvent({ ...wallet, ...moved })),
      ),
    )
    return { ...wallet, ...moved }
  })
}
