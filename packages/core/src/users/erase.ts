import { type Actor, auditRecord } from '../audit/record.ts'
import { BillfoldError } from '../errors.ts'
import { eventWrites } from '../events/write.ts'
import type { Services } from '../services.ts'
import { batch, decide, remove, update } from '../storage/index.ts'
import { identifiers } from './identifier-table.ts'
import type { PersonalData } from './personal-data.ts'
import { users } from './table.ts'

/**
 * Erases the personal data of a user in one commit (right to erasure, GDPR article 17). The user id stays, so that the
 * audit log remains consistent; its entries contain the id, the action and the time. Idempotent.
 * @param sources the personal data of each module, see `PersonalData`
 * @throws BillfoldError `user.not-found`
 */
export async function eraseUser(
  services: Services,
  sources: readonly PersonalData[],
  actor: Actor,
  userId: string,
): Promise<void> {
  const { tenant } = actor
  const followUps = await decide(async () => {
    const [user] = await services.storage.find(users, { where: { id: userId, tenant }, limit: 1 })
    if (user === undefined) throw new BillfoldError('user.unknown')
    const now = services.now()
    const erasures = await Promise.all(sources.map(({ erase }) => erase(services, { tenant, userId })))
    await services.storage.commit(
      batch(
        update(users, {
          where: { id: userId, tenant },
          set: { reference: null, archivedAt: user.archivedAt ?? now },
        }),
        remove(identifiers, { where: { userId, tenant }, hits: 'any' }),
        ...erasures.flatMap(({ writes }) => writes),
        auditRecord(actor, 'user.erased', userId, now),
        ...eventWrites(services, tenant, 'user.erased', { userId }),
      ),
    )
    return erasures.map((erasure) => erasure.afterwards)
  })
  for (const followUp of followUps) await followUp?.()
}
