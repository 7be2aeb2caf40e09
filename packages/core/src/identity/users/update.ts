import type { AuditAction } from '../../platform/audit/actions.ts'
import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { eventWrites } from '../../platform/events/event-writes.ts'
import type { Services } from '../../platform/services.ts'
import { batch, isCommitError, update, type Write } from '../../kernel/storage/index.ts'
import { users } from './table.ts'

/**
 * Sets the host's reference of a user; null clears it.
 * @throws BillfoldError `user.not-found`
 */
export async function setUserReference(
  services: Services,
  actor: Actor,
  userId: string,
  reference: string | null,
): Promise<void> {
  const events = eventWrites(services, actor.tenant, 'user.updated', { userId, change: 'reference' })
  await changeUser(services, actor, userId, { reference }, 'user.reference-changed', events)
}

/**
 * Archives a user in one commit with the given writes, which archive whatever belongs to the user. The rows stay in the
 * storage, but nothing of the user can be used afterwards.
 * @param furtherWrites writes that archive the user's wallets and signing methods
 * @throws BillfoldError `user.not-found`; `storage.conflict` if the condition of a further write fails
 */
export async function archiveUser(
  services: Services,
  actor: Actor,
  userId: string,
  furtherWrites: readonly Write[],
): Promise<void> {
  const events = eventWrites(services, actor.tenant, 'user.archived', { userId })
  await changeUser(services, actor, userId, { archivedAt: services.now() }, 'user.archived', [
    ...furtherWrites,
    ...events,
  ])
}

async function changeUser(
  services: Services,
  actor: Actor,
  userId: string,
  set: { readonly reference?: string | null; readonly archivedAt?: number },
  action: AuditAction,
  furtherWrites: readonly Write[],
): Promise<void> {
  const change = update(users, { where: { id: userId, tenant: actor.tenant, archivedAt: null }, set })
  try {
    await services.storage.commit(batch(change, ...furtherWrites, auditWrite(actor, action, userId, services.now())))
  } catch (error) {
    if (!isCommitError(error)) throw error
    throw new BillfoldError(error.index === 0 ? 'user.not-found' : 'storage.conflict', { cause: error })
  }
}
