import type { Services } from '@billfold/core/modules'
import { batch, deleteInBatches, type ReportRows, update } from '@billfold/core/storage'
import { presentationRequests, presentedEvidence } from './tables.ts'

/** Deletes requests that are over, evidence that can no longer be used, and the results of those whose presentations are retained. */
export async function purgeRequests(
  { storage }: Pick<Services, 'storage'>,
  startedAt: number,
  report?: ReportRows,
): Promise<void> {
  await deleteInBatches(storage, presentationRequests, { retainUntil: { lt: startedAt } }, report)
  await deleteInBatches(storage, presentedEvidence, { expiresAt: { lt: startedAt } }, report)
  await storage.commit(
    batch(
      update(presentationRequests, {
        where: { expiresAt: { lt: startedAt }, state: { in: ['verified', 'released', 'refused', 'declined'] } },
        set: { sealedResult: null, codeHash: null, state: 'ended' },
        expectedRows: 'any',
      }),
    ),
  )
}
