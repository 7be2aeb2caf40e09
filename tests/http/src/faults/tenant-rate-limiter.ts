import type { RateLimiter, RateLimitKey, Storage } from '@billfold/core'
import { storageRateLimiter } from '@billfold/core/rate-limits'

/** Creates a rate limiter that counts in the storage per run, since all runs have the same source address. */
export function createTenantRateLimiter(storage: Storage, tenant: string): RateLimiter {
  const inner = storageRateLimiter(storage)
  const own = (key: RateLimitKey): RateLimitKey => ({ ...key, subject: `${tenant} ${key.subject}` })
  return { consume: (key, rule) => inner.consume(own(key), rule), peek: (key, rule) => inner.peek(own(key), rule) }
}
