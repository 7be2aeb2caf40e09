import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { eventWrites } from '../../platform/events/event-writes.ts'
import type { Services } from '../../platform/services.ts'
import { batch, retryOnConflict, remove, update } from '../../kernel/storage/index.ts'
import { contactCodes } from './contacts/contact-code-table.ts'
import { identifiers } from './identifier-table.ts'
import type { PersonalData } from '../../platform/personal-data.ts'
import { users } from './table.ts'

/** The progress of an erasure. */
export interface ErasureProgress {
  /** The module whose data was collected: `onboarding`. */
  readonly source: string
  readonly done: number
  readonly total: number
}

/**
 * Erases the personal data of a user in one commit (right to erasure, GDPR article 17). The user id stays, so that the
 * audit log remains consistent; its entries contain the id, the action and the time. Idempotent.
 * @param sources the personal data of each module, see `PersonalData`
 * @param onProgress called when the erasure of another source is prepared, and committed with the last one
 * @throws BillfoldError `user.not-found`
 */
export async function eraseUser(
  services: Services,
  sources: readonly PersonalData[],
  actor: Actor,
  userId: string,
  onProgress: (progress: ErasureProgress) => void = () => {},
): Promise<void> {
  const { tenant } = actor
  const followUps = await retryOnConflict(async () => {
    const [user] = await services.storage.find(users, { where: { id: userId, tenant }, limit: 1 })
    if (user === undefined) throw new BillfoldError('user.not-found')
    const now = services.now()
    let done = 0
    const erasures = await Promise.all(
      sources.map(async ({ name, erase }) => {
        const erasure = await erase(services, { tenant, userId })
        done++
        if (done < sources.length) onProgress({ source: name, done, total: sources.length })
        return erasure
      }),
    )
    await services.storage.commit(
      batch(
        update(users, {
          where: { id: userId, tenant },
          set: { reference: null, archivedAt: user.archivedAt ?? now },
        }),
        remove(identifiers, { where: { userId, tenant }, expectedRows: 'any' }),
        remove(contactCodes, { where: { userId, tenant }, expectedRows: 'any' }),
        ...erasures.flatMap(({ writes }) => writes),
        auditWrite(actor, 'user.erased', userId, now),
        ...eventWrites(services, tenant, 'user.erased', { userId }),
      ),
    )
    return erasures.map((erasure) => erasure.afterCommit)
  })
  for (const followUp of followUps) await followUp?.()
  onProgress({ source: sources.at(-1)?.name ?? '', done: sources.length, total: sources.length })
}
