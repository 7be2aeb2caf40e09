import type { Services } from '../services.ts'
import { batch, tryCommit, remove, update, deleteInBatches, type ReportRows } from '../../kernel/storage/index.ts'
import { forEachConcurrent, backoffDelay, rotateRandomly, withTimeout } from '../../kernel/concurrency/async.ts'
import { type OutboxMessageRow, openMessage } from './outbox-write.ts'
import type { Notifier } from './notifier.ts'
import { outbox } from './table.ts'

/** Limits of outbox delivery. Times are in milliseconds. */
export const outboxLimits = {
  batchSize: 200,
  concurrency: 8,
  /** The timeout of the notifier per message. */
  deliveryTimeoutMs: 30_000,
  /** How long a claimed message is reserved for a process. Longer than a delivery, in case the process crashes. */
  claimMs: 90_000,
  backoff: { initialMs: 10_000, maxMs: 60 * 60 * 1000 },
  /** About two days with this backoff. */
  maxAttempts: 55,
  /** Age at which an undelivered message is deleted: 30 days. */
  retentionMs: 30 * 24 * 60 * 60 * 1000,
} as const

/** The number of successful and failed delivery attempts. */
export interface DeliveryCounts {
  readonly delivered: number
  readonly failed: number
}

/**
 * Delivers due messages to the host's notifier, each at least once, from any number of concurrent processes. Does
 * nothing if the host has no notifier.
 */
export async function deliverOutbox(services: Services): Promise<DeliveryCounts> {
  const { notifier, storage, now } = services
  if (notifier === undefined) return { delivered: 0, failed: 0 }
  const due = await storage.find(outbox, {
    where: { nextTryAt: { lte: now() } },
    orderBy: [
      ['nextTryAt', 'asc'],
      ['id', 'asc'],
    ],
    limit: outboxLimits.batchSize,
  })
  const results: boolean[] = []
  await forEachConcurrent(rotateRandomly(due), outboxLimits.concurrency, async (row) => {
    if (await claim(services, row)) results.push(await deliverMessage(services, notifier, row))
  })
  const delivered = results.filter(Boolean).length
  return { delivered, failed: results.length - delivered }
}

/** Deletes messages older than 30 days and logs that it did. */
export async function purgeOldMessages(services: Services, report?: ReportRows): Promise<void> {
  const { storage, logger, now } = services
  const where = { createdAt: { lt: now() - outboxLimits.retentionMs } }
  const [old] = await storage.find(outbox, { where, limit: 1 })
  if (old === undefined) return
  logger.warn({ topic: old.topic, days: 30 }, 'undelivered messages deleted')
  await deleteInBatches(storage, outbox, where, report)
}

/** Claims a message for a limited time. Returns false if another process has claimed it. */
function claim(services: Services, { id, attempts, nextTryAt }: OutboxMessageRow): Promise<boolean> {
  const set = { nextTryAt: services.now() + outboxLimits.claimMs }
  return tryCommit(services, update(outbox, { where: { id, attempts, nextTryAt }, set, add: { attempts: 1 } }))
}

async function deliverMessage(services: Services, notifier: Notifier, row: OutboxMessageRow): Promise<boolean> {
  const { storage, logger } = services
  const claimed = { id: row.id, attempts: row.attempts + 1 }
  try {
    await withTimeout(outboxLimits.deliveryTimeoutMs, async (signal) =>
      notifier.deliver(await openMessage(services, row), signal),
    )
  } catch (cause) {
    logger.warn({ cause, topic: row.topic, message: row.id }, 'message delivery failed')
    const nextTryAt =
      claimed.attempts >= outboxLimits.maxAttempts
        ? null
        : services.now() + backoffDelay(claimed.attempts, outboxLimits.backoff)
    await storage.commit(batch(update(outbox, { where: claimed, set: { nextTryAt }, expectedRows: 'any' })))
    return false
  }
  await storage.commit(batch(remove(outbox, { where: { id: row.id }, expectedRows: 'any' })))
  return true
}
