import type { Services } from '../services.ts'
import { batch, committed, remove, update } from '../storage/index.ts'
import { inParallel, pauseAfter, rotated, withinTime } from './attempts.ts'
import { type MessageRow, openMessage } from './message.ts'
import type { Notifier } from './notifier.ts'
import { outbox } from './table.ts'

/** How many messages one call takes up, how many of them at once, and when a message is tried again and given up. */
export const outboxLimits = {
  messagesAtOnce: 200,
  deliveriesAtOnce: 8,
  /** Milliseconds that a notifier has for one message. */
  deliveryTime: 30_000,
  /** Milliseconds that a message is a process's own: longer than a delivery, in case the process dies. */
  claim: 90_000,
  pauses: { first: 10_000, longest: 60 * 60 * 1000 },
  /** With these pauses, about two days. */
  attempts: 55,
  /** Milliseconds that a message is kept which nobody takes: 30 days. */
  kept: 30 * 24 * 60 * 60 * 1000,
} as const

/** What became of the messages that a call took up. */
export interface Delivered {
  readonly delivered: number
  readonly failed: number
}

/**
 * Hands the messages that are due to the host's notifier, each at least once, from any number of processes at once. Does
 * nothing where the host has no notifier.
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
  const outcomes: boolean[] = []
  await inParallel(rotated(due), outboxLimits.deliveriesAtOnce, async (row) => {
    if (await claim(services, row)) outcomes.push(await tryMessage(services, notifier, row))
  })
  const delivered = outcomes.filter(Boolean).length
  return { delivered, failed: outcomes.length - delivered }
}

/** Removes what has lain there for too long, and says so. */
export async function removeOldMessages(services: Services): Promise<void> {
  const { storage, logger, now } = services
  const where = { createdAt: { lt: now() - outboxLimits.kept } }
  const [old] = await storage.find(outbox, { where, limit: 1 })
  if (old === undefined) return
  logger.warn({ topic: old.topic, days: 30 }, 'messages that nobody took are removed from the outbox')
  await storage.commit(batch(remove(outbox, { where, hits: 'any' })))
}

/** Makes a message this call's own for a while; false when another was faster. */
function claim(services: Services, { id, attempts, nextTryAt }: MessageRow): Promise<boolean> {
  const set = { nextTryAt: services.now() + outboxLimits.claim }
  return committed(services, update(outbox, { where: { id, attempts, nextTryAt }, set, add: { attempts: 1 } }))
}

async function tryMessage(services: Services, notifier: Notifier, row: MessageRow): Promise<boolean> {
  const { storage, logger } = services
  const claimed = { id: row.id, attempts: row.attempts + 1 }
  try {
    await withinTime(outboxLimits.deliveryTime, async (signal) =>
      notifier.deliver(await openMessage(services, row), signal),
    )
  } catch (cause) {
    logger.warn({ cause, topic: row.topic, message: row.id }, 'a message could not be delivered')
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
