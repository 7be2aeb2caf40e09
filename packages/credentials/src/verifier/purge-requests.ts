import type { Services } from '@billfold/core/modules'
import { batch, remove, update } from '@billfold/core/storage'
import { presentationRequests, presentedEvidence } from './tables.ts'

/** Deletes requests that are over, evidence that can no longer be used, and the results of those whose presentations are retained. */
export async function purgeRequests({ storage }: Pick<Services, 'storage'>, startedAt: number): Promise<void> {
  await storage.commit(
    batch(
      remove(presentationRequests, { where: { retainUntil: { lt: startedAt } }, expectedRows: 'any' }),
      remove(presentedEvidence, { where: { expiresAt: { lt: startedAt } }, expectedRows: 'any' }),
      update(presentationRequests, {
        where: { expiresAt: { lt: startedAt }, state: { in: ['verified', 'released', 'refused', 'declined'] } },
        set: { sealedResult: null, codeHash: null, state: 'ended' },
        expectedRows: 'any',
      }),
    ),
  )
}
