import { type RateLimiter, type RateLimitKey, secondsUntil, computeWindow } from './rate-limiter.ts'

/** The number of counters after which those of ended windows are removed. */
const sweepAt = 10_000

/**
 * Creates a rate limiter that counts in the memory of one process. For single-process hosts and tests.
 *
 * @param now - the clock, in epoch milliseconds
 */
export function memoryRateLimiter(now: () => number = Date.now): RateLimiter {
  const counts = new Map<string, { count: number; readonly endsAt: number }>()
  let nextSweep = sweepAt
  const toCounterId = ({ tenant, name, subject }: RateLimitKey, seconds: number, period: number): string =>
    JSON.stringify([tenant ?? null, name, subject, seconds, period])
  return {
    peek: async (key, { limit, windowSeconds }) => {
      const { number, endsAt } = computeWindow(now(), windowSeconds)
      const count = counts.get(toCounterId(key, windowSeconds, number))?.count ?? 0
      return {
        allowed: count < limit,
        retryAfterSeconds: secondsUntil(endsAt, now()),
        remaining: Math.max(0, limit - count),
      }
    },
    consume: async (key, { limit, windowSeconds }) => {
      const moment = now()
      const { number, endsAt } = computeWindow(moment, windowSeconds)
      const id = toCounterId(key, windowSeconds, number)
      const window = counts.get(id) ?? { count: 0, endsAt }
      const allowed = window.count < limit
      if (allowed) window.count++
      counts.set(id, window)
      if (counts.size >= nextSweep) {
        for (const [old, { endsAt: end }] of counts) if (end <= moment) counts.delete(old)
        nextSweep = Math.max(sweepAt, counts.size * 2)
      }
      return {
        allowed,
        retryAfterSeconds: secondsUntil(endsAt, moment),
        remaining: Math.max(0, limit - window.count),
      }
    },
  }
}
