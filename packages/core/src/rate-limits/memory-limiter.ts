import { type RateLimiter, type RateLimitKey, secondsUntil, windowAt } from './limiter.ts'

/** How many counts are kept before those of windows that have ended are thrown away. */
const sweepAt = 10_000

/** Counts in the memory of one process: for a single process, or for tests. */
export function memoryRateLimiter(now: () => number = Date.now): RateLimiter {
  const counts = new Map<string, { count: number; readonly endsAt: number }>()
  let nextSweep = sweepAt
  const idOf = ({ tenant, name, subject }: RateLimitKey, seconds: number, period: number): string =>
    JSON.stringify([tenant ?? null, name, subject, seconds, period])
  return {
    look: async (key, { most, seconds }) => {
      const { number, endsAt } = windowAt(now(), seconds)
      const count = counts.get(idOf(key, seconds, number))?.count ?? 0
      return { allowed: count < most, retryAfterSeconds: secondsUntil(endsAt, now()) }
    },
    take: async (key, { most, seconds }) => {
      const moment = now()
      const { number, endsAt } = windowAt(moment, seconds)
      const id = idOf(key, seconds, number)
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
