import type { Services } from '@billfold/core/modules'
import { batch, remove, tryCommit, update } from '@billfold/core/storage'
import { riskApprovals, riskRequests } from '../tables.ts'

/** Retention of requests that have ended, in milliseconds. */
const retentionMs = 90 * 24 * 60 * 60 * 1000
const batchSize = 200

/** Ends the requests that have expired, and deletes those that ended 90 days ago. */
export async function expireRequests(services: Services, now: number): Promise<void> {
  const { storage } = services
  const expired = { state: { in: ['waiting', 'ready'] }, expiresAt: { lte: now } }
  for (const { id, version } of await storage.find(riskRequests, { where: expired, limit: batchSize }))
    await tryCommit(
      services,
      update(riskRequests, { where: { id, version }, set: { state: 'expired', slot: id }, add: { version: 1 } }),
    )
  const ended = { state: { in: ['consumed', 'rejected', 'expired'] }, expiresAt: { lt: now - retentionMs } }
  const old = await storage.find(riskRequests, { where: ended, limit: batchSize })
  const ids = old.map(({ id }) => id)
  if (ids.length === 0) return
  await storage.commit(
    batch(
      remove(riskApprovals, { where: { requestId: { in: ids } }, expectedRows: 'any' }),
      remove(riskRequests, { where: { id: { in: ids } }, expectedRows: 'any' }),
    ),
  )
}
