import { pauseAfter } from '../outbox/attempts.ts'
import type { Delivered } from '../outbox/deliver.ts'
import type { Services } from '../services.ts'
import { batch, committed, remove, update } from '../storage/index.ts'
import type { Attempted, DeliveryRow, Taker } from './attempt.ts'
import { deliveryLimits } from './options.ts'
import { eventDeliveries } from './table.ts'

/**
 * Delivers what is due to one taker, a few at once, until nothing is, the time is over, or the taker has failed some times in a
 * row. `room` says how many attempts may begin.
 */
export async function runLane(
  services: Services,
  taker: Taker,
  room: number,
  until: () => boolean,
): Promise<Delivered> {
  const count = { delivered: 0, failed: 0 }
  let failuresInARow = 0
  const isOver = (): boolean => until() || failuresInARow >= deliveryLimits.failuresInARow
  for (let claimed = 1; claimed > 0 && !isOver(); ) {
    claimed = 0
    const waiting = (await dueOf(services, taker.id))[Symbol.iterator]()
    const work = async (): Promise<void> => {
      for (const row of waiting) {
        if (isOver()) return
        if (!(await claim(services, row))) continue
        claimed++
        const outcome = await taker.attempt(row)
        await keep(services, row, outcome)
        failuresInARow = outcome.arrived ? 0 : failuresInARow + 1
        count[outcome.arrived ? 'delivered' : 'failed']++
      }
    }
    await Promise.all(Array.from({ length: room }, work))
  }
  return count
}

function dueOf({ storage, now }: Services, endpointId: string): Promise<DeliveryRow[]> {
  return storage.find(eventDeliveries, {
    where: { endpointId, nextTryAt: { lte: now() } },
    orderBy: [
      ['nextTryAt', 'asc'],
      ['id', 'asc'],
    ],
    limit: deliveryLimits.looksAtOnce,
  })
}

/** Makes a delivery this call's own for a while; false when another was faster. */
function claim(services: Services, { id, attempts, nextTryAt }: DeliveryRow): Promise<boolean> {
  const set = { nextTryAt: services.now() + deliveryLimits.claim }
  return committed(services, update(eventDeliveries, { where: { id, attempts, nextTryAt }, set, add: { attempts: 1 } }))
}

async function keep(services: Services, row: DeliveryRow, outcome: Attempted): Promise<void> {
  const { storage, now } = services
  if (outcome.arrived) {
    await storage.commit(batch(remove(eventDeliveries, { where: { id: row.id }, hits: 'any' })))
    return
  }
  const attempts = row.attempts + 1
  const pause = Math.max(pauseAfter(attempts, deliveryLimits.pauses), outcome.pause ?? 0)
  const isLast = now() - row.createdAt >= deliveryLimits.giveUpAfter
  const set = { failure: outcome.failure, nextTryAt: isLast ? null : now() + pause }
  await storage.commit(batch(update(eventDeliveries, { where: { id: row.id, attempts }, set, hits: 'any' })))
}
