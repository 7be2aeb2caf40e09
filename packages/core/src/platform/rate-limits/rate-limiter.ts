/**
 * Identifies one counter: the purpose (`custody.createUser.ip.60`), the subject that is counted, and its tenant if
 * known.
 */
export interface RateLimitKey {
  readonly name: string
  readonly subject: string
  readonly tenant?: string
}

/**
 * A fixed-window limit: at most `limit` calls in each window of `windowSeconds`. Windows start at whole multiples of
 * their length since the Unix epoch.
 */
export interface RateLimitRule {
  readonly limit: number
  readonly windowSeconds: number
}

/** The result of a rate limit check. */
export interface RateLimitResult {
  readonly allowed: boolean
  /** The time until the next window starts, in seconds. */
  readonly retryAfterSeconds: number
  /**
   * How many more calls the window allows, as sent in the `RateLimit` header field. It may be too high while calls are concurrent. A
   * limiter that does not know it leaves it out, and the field is then sent with refusals only.
   */
  readonly remaining?: number
}

/**
 * Counts calls in fixed windows. With any number of concurrent calls, in any number of processes that share the
 * limiter, exactly `limit` calls are allowed in a window.
 */
export interface RateLimiter {
  readonly consume: (key: RateLimitKey, rule: RateLimitRule) => Promise<RateLimitResult>
  /** Checks whether another call would be allowed without counting it. For limits that count failures only. */
  readonly peek: (key: RateLimitKey, rule: RateLimitRule) => Promise<RateLimitResult>
}

/** Computes the window that contains a time: its index since the Unix epoch, and its end in epoch milliseconds. */
export function computeWindow(now: number, seconds: number): { readonly number: number; readonly endsAt: number } {
  const number = Math.floor(now / (seconds * 1000))
  return { number, endsAt: (number + 1) * seconds * 1000 }
}

/** Returns the seconds until `moment`, at least 1. Both times are epoch milliseconds. */
export function secondsUntil(moment: number, now: number): number {
  return Math.max(1, Math.ceil((moment - now) / 1000))
}
