import { createHash } from 'node:crypto'
import {
  BillfoldError,
  type RateLimiter,
  type RateLimitKey,
  type RateLimitResult,
  type RateLimitRule,
} from '@billfold/core'
import { countScript } from './count-script.ts'
import { type RedisClient, runScript } from './redis-client.ts'
import { withDeadline } from './with-deadline.ts'

/** Options of {@link redisRateLimiter}. */
export interface RedisRateLimiterOptions {
  /** The beginning of all keys; `billfold:rate-limit` by default. Applications that share a Redis need different ones. */
  readonly prefix?: string
  /**
   * What happens while Redis does not answer: `reject` fails with 503 and `Retry-After`, so that nobody guesses PINs uncounted;
   * `allow` counts nothing; another limiter counts in its place, such as `storageRateLimiter(storage)`. Default: `reject`.
   */
  readonly whenUnavailable?: 'reject' | 'allow' | RateLimiter
  /** Milliseconds after which Redis counts as unavailable; 1,000 by default. */
  readonly timeoutMs?: number
  /** Called with the error of each call that Redis did not answer, unless it is thrown: for logs and alarms. */
  readonly onUnavailable?: (error: unknown) => void
}

/**
 * Creates a rate limiter that counts in Redis 5 or newer, Valkey, or a cluster of them. A call costs one round trip. The count is one
 * atomic script, so that with any number of hosts exactly `limit` calls are allowed in a window; windows follow the clock of Redis.
 * Keys are hashed, contain no address, and expire with their window.
 *
 * @param client a connected client of `redis` or `ioredis`. The host closes it
 * @param options the prefix of the keys, and what happens while Redis does not answer
 * @returns the limiter, for the option `rateLimiter` of `createBillfold`. With `reject` it throws BillfoldError
 *   `rate-limiter.unavailable`
 * @throws RangeError if `timeoutMs` is not positive
 *
 * @example
 * ```ts
 * import { createBillfold, environmentKeyring, memoryStorage } from '@billfold/core'
 * import { redisRateLimiter } from '@billfold/rate-limits-redis'
 * import { createClient } from 'redis'
 *
 * const redis = createClient({ url: 'redis://127.0.0.1:6379' })
 * redis.on('error', (error) => console.error(error))
 * await redis.connect()
 * createBillfold({
 *   storage: memoryStorage(),
 *   keyring: environmentKeyring(),
 *   rateLimiter: redisRateLimiter(redis),
 * })
 * ```
 */
export function redisRateLimiter(client: RedisClient, options: RedisRateLimiterOptions = {}): RateLimiter {
  const { prefix = 'billfold:rate-limit', timeoutMs = 1000, whenUnavailable = 'reject', onUnavailable } = options
  if (!(timeoutMs > 0)) throw new RangeError(`timeoutMs must be positive: ${timeoutMs}`)
  const count = async (act: 'consume' | 'peek', key: RateLimitKey, rule: RateLimitRule): Promise<RateLimitResult> => {
    const parameters = [String(rule.limit), String(rule.windowSeconds * 1000), act]
    try {
      const running = runScript(client, countScript, toRedisKey(prefix, key, rule), parameters)
      return toResult(await withDeadline(running, timeoutMs))
    } catch (cause) {
      if (whenUnavailable === 'reject') throw new BillfoldError('rate-limiter.unavailable', { cause })
      onUnavailable?.(cause)
      if (whenUnavailable === 'allow') return { allowed: true, retryAfterSeconds: rule.windowSeconds }
      return whenUnavailable[act](key, rule)
    }
  }
  return {
    consume: (key, rule) => count('consume', key, rule),
    peek: (key, rule) => count('peek', key, rule),
  }
}

/** Hashes the JSON of the parts, so that different keys cannot be joined to the same text. */
function toRedisKey(prefix: string, { tenant, name, subject }: RateLimitKey, { windowSeconds }: RateLimitRule): string {
  const parts = JSON.stringify([tenant ?? null, name, subject, windowSeconds])
  return `${prefix}:${createHash('sha256').update(parts).digest('base64url')}`
}

function toResult(reply: unknown): RateLimitResult {
  const [allowed, remaining, milliseconds] = Array.isArray(reply) ? reply.map(Number) : []
  if (allowed === undefined || remaining === undefined || milliseconds === undefined)
    throw new TypeError('Redis returned something else than three numbers')
  return { allowed: allowed === 1, retryAfterSeconds: Math.max(1, Math.ceil(milliseconds / 1000)), remaining }
}
