import { type RateLimiter, type RateLimitKey, secondsUntil, windowAt } from './limiter.ts'

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
    look: async (key, { most, seconds }) => {
      const { number, endsAt } = windowAt(now(), seconds)
      const count = counts.get(toCounterId(key, seconds, number))?.count ?? 0
      return { allowed: count < most, retryAfterSeconds: secondsUntil(endsAt, now()) }
    },
    take: async (key, { most, seconds }) => {
      const moment = now()
      const { number, endsAt } = windowAt(moment, seconds)
      const id = toCounterId(key, seconds, number)
      const window = counts.get(id) ?? { count: 0, endsAt }
      const allowed = window.count < most
      if (allowed) window.count++
      counts.set(id, window)
      if (counts.size >= nextSweep) {
        for (const [old, { endsAt: end }] of counts) if (end <= moment) counts.delete(old)
        nextSweep = Math.max(sweepAt, counts.size * 2)
      }
      return { allowed, retryAfterSeconds: secondsUntil(endsAt, moment) }
    },
  }
}
