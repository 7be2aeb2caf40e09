import type { CustodyServices } from '../services.ts'
import { authorizeAct } from '../../platform/acts/authorize-act.ts'
import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { bumpOwnerVersion, withOwnerLock } from '../../identity/signing-methods/owner.ts'
import { signingMethods, masterSecrets } from '../../identity/signing-methods/tables.ts'
import {
  type AuthorizedMethod,
  commitAuthorized,
  loadMasterSecret,
} from '../../identity/signing-methods/authorized-method.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { eventWrites } from '../../platform/events/event-writes.ts'
import { remove, update } from '../../kernel/storage/index.ts'
import { custodyOrigin } from '../../identity/users/create.ts'
import { savedRequests } from '../saved-requests/table.ts'
import { transactions } from '../transactions/tables.ts'
import { assertWalletQuota } from './create.ts'
import { getCustodyWallet } from './find.ts'
import { openWalletKey, sealWalletKey, walletEventData, type CustodyWalletRow } from './sealing.ts'
import { wallets } from './tables.ts'

/**
 * Links a standalone wallet to a user. Its key is re-encrypted under the user's master secret and its own PIN is deleted.
 * Requires both the wallet's PIN and a signing method of the user.
 * @throws BillfoldError `wallet.already-linked`, `user.limit-reached`, `wallet.archived`, `signing-method.invalid` if a method
 *   was replaced concurrently
 */
export function linkWallet(
  services: CustodyServices,
  actor: Actor,
  walletId: string,
  userId: string,
  authorizedBy: { readonly wallet: AuthorizedMethod; readonly user: AuthorizedMethod },
  userOrigin: string = custodyOrigin,
): Promise<CustodyWalletRow> {
  return withOwnerLock(services, userId, async () => {
    const wallet = await getCustodyWallet(services, actor.tenant, walletId)
    if (wallet.userId !== null) throw new BillfoldError('wallet.already-linked')
    if (wallet.archivedAt !== null) throw new BillfoldError('wallet.archived')
    const { row } = authorizedBy.wallet
    const counted = await authorizeAct(services, () => ({
      kind: 'wallet-link',
      actor,
      userId: null,
      walletId,
      chain: wallet.secretType,
      method: { id: row.id, type: row.type },
      counterparty: userId,
      content: userId,
    }))
    const own = await loadMasterSecret(services, authorizedBy.wallet)
    const next = await loadMasterSecret(services, authorizedBy.user)
    await assertWalletQuota(services, userId)
    const linked = {
      userId,
      userOrigin,
      ownerId: userId,
      // The user may already have a primary wallet on this chain.
      primary: false,
      generation: next.secret.generation,
      sealedKey: sealWalletKey(wallet, openWalletKey(wallet, own.secret), next.secret),
    }
    const unlinked = { id: walletId, userId: null, archivedAt: null, generation: own.secret.generation }
    await commitAuthorized(
      services,
      authorizedBy.user,
      remove(masterSecrets, { where: { ownerId: walletId, version: own.version } }),
      remove(signingMethods, { where: { ownerId: walletId }, expectedRows: 'any' }),
      bumpOwnerVersion(userId, next.version),
      update(wallets, { where: unlinked, set: linked }),
      update(transactions, { where: { walletId }, set: { userOrigin }, expectedRows: 'any' }),
      remove(savedRequests, { where: { walletId }, expectedRows: 'any' }),
      auditWrite(actor, 'wallet.linked', walletId, services.now(), { user: userId }),
      ...eventWrites(services, actor.tenant, 'wallet.linked', walletEventData({ ...wallet, ...linked })),
      ...counted,
    )
    return { ...wallet, ...linked }
  })
}
