import type { RateLimiter, RateLimitKey, Storage } from '@billfold/core'
import { storageRateLimiter } from '@billfold/core/rate-limits'

/** Counts in the storage, as by default, but for each run anew: all have the same source address. */
export function createTenantRateLimiter(storage: Storage, tenant: string): RateLimiter {
  const inner = storageRateLimiter(storage)
  const own = (key: RateLimitKey): RateLimitKey => ({ ...key, subject: `${tenant} ${key.subject}` })
  return { consume: (key, rule) => inner.consume(own(key), rule), peek: (key, rule) => inner.peek(own(key), rule) }
}
