import { createHash } from 'node:crypto'
import { BillfoldError } from '../../kernel/errors.ts'
import {
  batch,
  insert,
  isCommitError,
  type Storage,
  update,
  type Write,
  deleteInBatches,
  type ReportRows,
} from '../../kernel/storage/index.ts'
import {
  type RateLimiter,
  type RateLimitKey,
  type RateLimitRule,
  secondsUntil,
  type RateLimitResult,
  computeWindow,
} from './rate-limiter.ts'
import { rateLimits } from './table.ts'

/** The maximum number of attempts when concurrent calls update the same counter. */
const maxAttempts = 8

/**
 * Creates a rate limiter that counts in a storage, so that all processes on the same storage share the counters. A call that
 * is allowed costs a read and a commit, one that is refused a read.
 *
 * @param now - the clock, in epoch milliseconds
 */
export function storageRateLimiter(storage: Storage, now: () => number = Date.now): RateLimiter {
  return {
    consume: (key, rule) => take(storage, now(), key, rule),
    peek: (key, rule) => peek(storage, now(), key, rule),
  }
}

/** Deletes the counters of windows that have ended. */
export async function purgeExpiredRateLimits(storage: Storage, now: number, report?: ReportRows): Promise<void> {
  await deleteInBatches(storage, rateLimits, { endsAt: { lte: now } }, report)
}

async function take(storage: Storage, now: number, key: RateLimitKey, rule: RateLimitRule): Promise<RateLimitResult> {
  const { number: windowIndex, endsAt } = computeWindow(now, rule.windowSeconds)
  const retryAfterSeconds = secondsUntil(endsAt, now)
  const row = { subject: hash(key), windowSeconds: rule.windowSeconds, windowIndex }
  const refused = { allowed: false, retryAfterSeconds, remaining: 0 }
  if (rule.limit < 1) return refused
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const [found] = await storage.find(rateLimits, { where: row, limit: 1 })
    if (found !== undefined && found.count >= rule.limit) return refused
    const write =
      found === undefined
        ? insert(rateLimits, { ...row, count: 1, endsAt })
        : update(rateLimits, { where: { ...row, count: { lt: rule.limit } }, add: { count: 1 } })
    const remaining = rule.limit - (found?.count ?? 0) - 1
    if (await holds(storage, write)) return { allowed: true, retryAfterSeconds, remaining }
  }
  throw new BillfoldError('storage.conflict')
}

async function peek(storage: Storage, now: number, key: RateLimitKey, rule: RateLimitRule): Promise<RateLimitResult> {
  const { number: windowIndex, endsAt } = computeWindow(now, rule.windowSeconds)
  const where = { subject: hash(key), windowSeconds: rule.windowSeconds, windowIndex }
  const [found] = await storage.find(rateLimits, { where, limit: 1 })
  const remaining = Math.max(0, rule.limit - (found?.count ?? 0))
  return { allowed: remaining > 0, retryAfterSeconds: secondsUntil(endsAt, now), remaining }
}

/** Commits a single write. Returns false if its condition fails or its key already exists. */
async function holds(storage: Storage, write: Write): Promise<boolean> {
  try {
    await storage.commit(batch(write))
    return true
  } catch (error) {
    if (isCommitError(error)) return false
    throw error
  }
}

/** Hashes the JSON of the parts, so that different keys cannot be joined to the same text. */
function hash({ tenant, name, subject }: RateLimitKey): string {
  return createHash('sha256')
    .update(JSON.stringify([tenant ?? null, name, subject]))
    .digest('base64url')
}
