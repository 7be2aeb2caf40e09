import { backoffDelay } from '../../kernel/concurrency/async.ts'
import type { DeliveryCounts } from '../outbox/deliver-outbox.ts'
import type { Services } from '../services.ts'
import { batch, tryCommit, remove, update } from '../../kernel/storage/index.ts'
import type { DeliveryResult, DeliveryRow, Subscriber } from './subscriber.ts'
import { deliveryLimits } from './options.ts'
import { eventDeliveries } from './table.ts'

/**
 * Delivers due events to one subscriber until none is left, `until` returns true, or too many attempts have failed in a
 * row. `concurrency` limits the concurrent attempts.
 */
export async function drainSubscriber(
  services: Services,
  subscriber: Subscriber,
  concurrency: number,
  until: () => boolean,
): Promise<DeliveryCounts> {
  const count = { delivered: 0, failed: 0 }
  let consecutiveFailures = 0
  const isOver = (): boolean => until() || consecutiveFailures >= deliveryLimits.maxConsecutiveFailures
  for (let claimed = 1; claimed > 0 && !isOver(); ) {
    claimed = 0
    const due = (await findDue(services, subscriber.id))[Symbol.iterator]()
    const work = async (): Promise<void> => {
      for (const row of due) {
        if (isOver()) return
        if (!(await claim(services, row))) continue
        claimed++
        const result = await subscriber.attempt(row)
        await recordResult(services, row, result)
        consecutiveFailures = result.delivered ? 0 : consecutiveFailures + 1
        count[result.delivered ? 'delivered' : 'failed']++
      }
    }
    await Promise.all(Array.from({ length: concurrency }, work))
  }
  return count
}

function findDue({ storage, now }: Services, endpointId: string): Promise<DeliveryRow[]> {
  return storage.find(eventDeliveries, {
    where: { endpointId, nextTryAt: { lte: now() } },
    orderBy: [
      ['nextTryAt', 'asc'],
      ['id', 'asc'],
    ],
    limit: deliveryLimits.batchSize,
  })
}

/** Claims a delivery for a limited time. Returns false if another process has claimed it. */
function claim(services: Services, { id, attempts, nextTryAt }: DeliveryRow): Promise<boolean> {
  const set = { nextTryAt: services.now() + deliveryLimits.claimMs }
  return tryCommit(services, update(eventDeliveries, { where: { id, attempts, nextTryAt }, set, add: { attempts: 1 } }))
}

async function recordResult(services: Services, row: DeliveryRow, result: DeliveryResult): Promise<void> {
  const { storage, now } = services
  if (result.delivered) {
    await storage.commit(batch(remove(eventDeliveries, { where: { id: row.id }, expectedRows: 'any' })))
    return
  }
  const attempts = row.attempts + 1
  const delay = Math.max(backoffDelay(attempts, deliveryLimits.backoff), result.retryAfterMs ?? 0)
  const isLast = now() - row.createdAt >= deliveryLimits.retryWindowMs
  const set = { failure: result.failure, nextTryAt: isLast ? null : now() + delay }
  await storage.commit(batch(update(eventDeliveries, { where: { id: row.id, attempts }, set, expectedRows: 'any' })))
}
