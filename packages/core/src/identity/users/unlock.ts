import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { eventWrites } from '../../platform/events/event-writes.ts'
import type { Lockout } from '../../platform/lockout.ts'
import type { Services } from '../../platform/services.ts'
import { batch, check, retryOnConflict, type Write } from '../../kernel/storage/index.ts'
import { securityNoticeWrites } from '../security-notices/security-notice.ts'
import { masterSecrets } from '../signing-methods/tables.ts'
import { users } from './table.ts'

/**
 * Resets the failed attempts of an owner in all modules, and ends the locks, in one commit.
 * @param ownerId the id of a user, or of a standalone wallet
 * @throws BillfoldError `user.not-found`
 */
export async function unlockOwner(
  services: Services,
  lockouts: readonly Lockout[],
  actor: Actor,
  ownerId: string,
): Promise<void> {
  const { tenant } = actor
  await retryOnConflict(async () => {
    const { ownerKind, exists } = await findOwner(services, tenant, ownerId)
    const resets = await Promise.all(lockouts.map(({ unlock }) => unlock(services, { tenant, userId: ownerId })))
    const notice = { tenant, topic: 'security.unlocked', userId: ownerId, ownerKind } as const
    await services.storage.commit(
      batch(
        exists,
        ...resets.flat(),
        auditWrite(actor, 'user.unlocked', ownerId, services.now()),
        ...eventWrites(services, tenant, 'user.unlocked', { ownerId }),
        ...(await securityNoticeWrites(services, notice)),
      ),
    )
  })
}

async function findOwner(
  { storage }: Services,
  tenant: string,
  ownerId: string,
): Promise<{ readonly ownerKind: 'user' | 'wallet'; readonly exists: Write }> {
  const user = { id: ownerId, tenant, archivedAt: null }
  if ((await storage.find(users, { where: user, limit: 1 })).length > 0)
    return { ownerKind: 'user', exists: check(users, { where: user }) }
  const owner = { ownerId, tenant, closedAt: null }
  const [archived] = await storage.find(users, { where: { id: ownerId }, limit: 1 })
  const [secret] = await storage.find(masterSecrets, { where: owner, limit: 1 })
  if (archived !== undefined || secret === undefined) throw new BillfoldError('user.not-found')
  return { ownerKind: 'wallet', exists: check(masterSecrets, { where: owner }) }
}
