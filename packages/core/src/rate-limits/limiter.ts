/** What is counted: for which purpose (`custody.createUser.ip.60`), whose calls, and in which tenant where one is known. */
export interface RateLimitKey {
  readonly name: string
  readonly subject: string
  readonly tenant?: string
}

/** At most `most` in each window of `seconds`. Windows are fixed: they begin at whole multiples of their length since 1970. */
export interface RateLimitRule {
  readonly most: number
  readonly seconds: number
}

/** What a limiter says: whether this one is within the limit, and in how many seconds the next window begins. */
export interface Taken {
  readonly allowed: boolean
  readonly retryAfterSeconds: number
}

/** Counts calls. Of any number of calls at once, in any number of processes that share it, exactly `most` are allowed. */
export interface RateLimiter {
  readonly take: (key: RateLimitKey, rule: RateLimitRule) => Promise<Taken>
  /** Whether one more would be allowed, without counting it: for limits that count failures only. */
  readonly look: (key: RateLimitKey, rule: RateLimitRule) => Promise<Taken>
}

/** The window that a moment is in: its number, and when it ends, in milliseconds since 1970. */
export function windowAt(now: number, seconds: number): { readonly number: number; readonly endsAt: number } {
  const number = Math.floor(now / (seconds * 1000))
  return { number, endsAt: (number + 1) * seconds * 1000 }
}

/** Seconds until a moment, at least one. */
export function secondsUntil(moment: number, now: number): number {
  return Math.max(1, Math.ceil((moment - now) / 1000))
}
