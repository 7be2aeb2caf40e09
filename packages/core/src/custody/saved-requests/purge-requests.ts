import { batch, remove, type ReportRows } from '../../kernel/storage/index.ts'
import type { CustodyServices } from '../services.ts'
import { savedRequestLimits } from './saved-request-rules.ts'
import { savedRequests } from './table.ts'

/** Deletes requests that expired, or would have expired, a month ago. */
export async function purgeSavedRequests({ storage, now }: CustodyServices, report?: ReportRows): Promise<void> {
  const { batchSize, maxBatches, retentionMs } = savedRequestLimits
  const where = { expiresAt: { lt: now() - retentionMs } }
  for (let round = 0; round < maxBatches; round++) {
    const rows = await storage.find(savedRequests, { where, limit: batchSize })
    const ids = rows.map(({ id }) => id)
    if (ids.length > 0)
      await storage.commit(batch(remove(savedRequests, { where: { ...where, id: { in: ids } }, expectedRows: 'any' })))
    await report?.(rows.length)
    if (rows.length < batchSize) return
  }
}
