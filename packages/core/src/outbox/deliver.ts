import type { Services } from '../services.ts'
import { batch, committed, remove, update } from '../storage/index.ts'
import { inParallel, pauseAfter, rotated, withinTime } from './attempts.ts'
import { type MessageRow, openMessage } from './message.ts'
import type { Notifier } from './notifier.ts'
import { outbox } from './table.ts'

/** Limits of outbox delivery. Times are in milliseconds. */
export const outboxLimits = {
  messagesAtOnce: 200,
  deliveriesAtOnce: 8,
  /** The timeout of the notifier per message. */
  deliveryTime: 30_000,
  /** How long a claimed message is reserved for a process. Longer than a delivery, in case the process crashes. */
  claim: 90_000,
  pauses: { first: 10_000, longest: 60 * 60 * 1000 },
  /** About two days with this backoff. */
  attempts: 55,
  /** Age at which an undelivered message is deleted: 30 days. */
  kept: 30 * 24 * 60 * 60 * 1000,
} as const

/** The number of successful and failed delivery attempts. */
export interface Delivered {
  readonly delivered: number
  readonly failed: number
}

/**
 * Delivers due messages to the host's notifier, each at least once, from any number of concurrent processes. Does
 * nothing if the host has no notifier.
 */
export async function deliverOutbox(services: Services): Promise<Delivered> {
  const { notifier, storage, now } = services
  if (notifier === undefined) return { delivered: 0, failed: 0 }
  const due = await storage.find(outbox, {
    where: { nextTryAt: { lte: now() } },
    orderBy: [
      ['nextTryAt', 'asc'],
      ['id', 'asc'],
    ],
    limit: outboxLimits.messagesAtOnce,
  })
  const results: boolean[] = []
  await inParallel(rotated(due), outboxLimits.deliveriesAtOnce, async (row) => {
    if (await claim(services, row)) results.push(await deliverMessage(services, notifier, row))
  })
  const delivered = results.filter(Boolean).length
  return { delivered, failed: results.length - delivered }
}

/** Deletes messages older than 30 days and logs that it did. */
export async function removeOldMessages(services: Services): Promise<void> {
  const { storage, logger, now } = services
  const where = { createdAt: { lt: now() - outboxLimits.kept } }
  const [old] = await storage.find(outbox, { where, limit: 1 })
  if (old === undefined) return
  logger.warn({ topic: old.topic, days: 30 }, 'undelivered messages deleted')
  await storage.commit(batch(remove(outbox, { where, hits: 'any' })))
}

/** Claims a message for a limited time. Returns false if another process has claimed it. */
function claim(services: Services, { id, attempts, nextTryAt }: MessageRow): Promise<boolean> {
  const set = { nextTryAt: services.now() + outboxLimits.claim }
  return committed(services, update(outbox, { where: { id, attempts, nextTryAt }, set, add: { attempts: 1 } }))
}

async function deliverMessage(services: Services, notifier: Notifier, row: MessageRow): Promise<boolean> {
  const { storage, logger } = services
  const claimed = { id: row.id, attempts: row.attempts + 1 }
  try {
    await withinTime(outboxLimits.deliveryTime, async (signal) =>
      notifier.deliver(await openMessage(services, row), signal),
    )
  } catch (cause) {
    logger.warn({ cause, topic: row.topic, message: row.id }, 'message delivery failed')
    const nextTryAt =
      claimed.attempts >= outboxLimits.attempts
        ? null
        : services.now() + pauseAfter(claimed.attempts, outboxLimits.pauses)
    await storage.commit(batch(update(outbox, { where: claimed, set: { nextTryAt }, hits: 'any' })))
    return false
  }
  await storage.commit(batch(remove(outbox, { where: { id: row.id }, hits: 'any' })))
  return true
}
