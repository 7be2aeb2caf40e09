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
import { openWalletKey, sealWalletKey, walletEventData, type WalletRow } from './sealing.ts'
import { wallets } from './tables.ts'

/**
 * Links a standalone wallet to a user. Its key is re-encrypted under the user's master secret and its own PIN is deleted.
 * Requires both the wallet's PIN and a signing method of the user.
 * @throws BillfoldError `wallet.already-linked`, `user.limit-reached`, `wallet.archived`, `signing-method.invalid` if a method
 *   was replaced concurrently
 */
export function linkWallet(
  services: Services,
  actor: Actor,
  walletId: string,
  userId: string,
  authorizedBy: { readonly wallet: OpenedMethod; readonly user: OpenedMethod },
): Promise<WalletRow> {
  return decideFor(services, userId, async () => {
    const wallet = await findWallet(services, actor.tenant, walletId)
    if (wallet.userId !== null) throw new BillfoldError('wallet.linked')
    if (wallet.archivedAt !== null) throw new BillfoldError('wallet.archived')
    const own = await currentSecret(services, authorizedBy.wallet)
    const next = await currentSecret(services, authorizedBy.user)
    await walletsWithRoom(services, userId)
    const linked = {
      userId,
      ownerId: userId,
      // The user may already have a primary wallet on this chain.
      primary: false,
      generation: next.secret.generation,
      sealedKey: sealWalletKey(wallet, openWalletKey(wallet, own.secret), next.secret),
    }
    const { row } = authorizedBy.user
    const unlinked = { id: walletId, userId: null, archivedAt: null, generation: own.secret.generation }
    await services.storage.commit(
      batch(
        check(credentials, { where: { id: row.id, version: row.version } }),
        remove(masterSecrets, { where: { ownerId: walletId, version: own.version } }),
        remove(credentials, { where: { ownerId: walletId }, hits: 'any' }),
        ownerMoves(userId, next.version),
        update(wallets, { where: unlinked, set: linked }),
        auditRecord(actor, 'wallet.linked', walletId, services.now(), { user: userId }),
        ...eventWrites(services, actor.tenant, 'wallet.linked', walletEventData({ ...wallet, ...linked })),
      ),
    )
    return { ...wallet, ...linked }
  })
}
