import { type Actor, auditRecord } from '../audit/record.ts'
import { BillfoldError } from '../errors.ts'
import { eventWrites } from '../events/write.ts'
import type { Services } from '../services.ts'
import { batch, decide, remove, update } from '../storage/index.ts'
import { identifiers } from './identifier-table.ts'
import type { PersonalData } from './personal-data.ts'
import { users } from './table.ts'

/**
 * Forgets a person: what is known of them is removed in one commit. Their id stays, with the audit trail, which says what
 * was done and when, and to which id, and no more. Doing it twice does no harm.
 * @throws BillfoldError `user.unknown`
 */
export async function eraseUser(
  services: Services,
  known: readonly PersonalData[],
  actor: Actor,
  userId: string,
): Promise<void> {
  const { tenant } = actor
  const afterwards = await decide(async () => {
    const [user] = await services.storage.find(users, { where: { id: userId, tenant }, limit: 1 })
    if (user === undefined) throw new BillfoldError('user.unknown')
    const now = services.now()
    const erasures = await Promise.all(known.map(({ erase }) => erase(services, { tenant, userId })))
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
  for (const follow of afterwards) await follow?.()
}
