import type { Act } from '../audit/acts.ts'
import { type Actor, auditRecord } from '../audit/record.ts'
import { BillfoldError } from '../errors.ts'
import { eventWrites } from '../events/write.ts'
import type { Services } from '../services.ts'
import { batch, isCommitError, update, type Write } from '../storage/index.ts'
import { users } from './table.ts'

/** Gives a user another reference, or none. @throws BillfoldError `user.unknown` */
export async function referUser(
  services: Services,
  actor: Actor,
  userId: string,
  reference: string | null,
): Promise<void> {
  const told = eventWrites(services, actor.tenant, 'user.changed', { userId, what: 'reference' })
  await changeUser(services, actor, userId, { reference }, 'user.referred', told)
}

/**
 * Archives a user, together with whatever the further writes archive. Nothing is lost, and nothing of it can be used any more.
 * @throws BillfoldError `user.unknown`, `storage.refused` when one of the further writes does not hold
 */
export async function archiveUser(
  services: Services,
  actor: Actor,
  userId: string,
  withIt: readonly Write[],
): Promise<void> {
  const told = eventWrites(services, actor.tenant, 'user.archived', { userId })
  await changeUser(services, actor, userId, { archivedAt: services.now() }, 'user.archived', [...withIt, ...told])
}

async function changeUser(
  services: Services,
  actor: Actor,
  userId: string,
  set: { readonly reference?: string | null; readonly archivedAt?: number },
  act: Act,
  further: readonly Write[],
): Promise<void> {
  const change = update(users, { where: { id: userId, tenant: actor.tenant, archivedAt: null }, set })
  try {
    await services.storage.commit(batch(change, ...further, auditRecord(actor, act, userId, services.now())))
  } catch (error) {
    if (!isCommitError(error)) throw error
    throw new BillfoldError(error.index === 0 ? 'user.unknown' : 'storage.refused', { cause: error })
  }
}
