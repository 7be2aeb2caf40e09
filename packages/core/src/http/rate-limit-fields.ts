import type { RateLimitResult } from '../platform/rate-limits/rate-limiter.ts'
import type { OutgoingResponse } from './request-response.ts'
import type { RateLimit } from './route-definition.ts'

/** A limit of a route that a request was counted against, and its state after that. */
export interface CountedLimit {
  readonly limit: RateLimit
  readonly result: RateLimitResult
}

/**
 * Adds the header fields of draft-ietf-httpapi-ratelimit-headers-10: `RateLimit-Policy` with every limit of the route, and `RateLimit`
 * with what is left of those that the request was counted against. They are hints for clients that want to slow down in time; the
 * `Retry-After` of a refusal takes precedence, and names the same moment.
 */
export function withRateLimitFields(
  response: OutgoingResponse,
  limits: readonly RateLimit[],
  counted: readonly CountedLimit[],
): OutgoingResponse {
  const state = counted.flatMap(({ limit, result }) => {
    const remaining = result.remaining ?? (result.allowed ? undefined : 0)
    if (remaining === undefined) return []
    return [`${formatPolicyName(limit)};r=${remaining};t=${result.retryAfterSeconds}`]
  })
  return {
    ...response,
    headers: {
      ...response.headers,
      'ratelimit-policy': limits
        .map((limit) => `${formatPolicyName(limit)};q=${limit.limit};w=${limit.windowSeconds}`)
        .join(', '),
      ...(state.length > 0 && { ratelimit: state.join(', ') }),
    },
  }
}

/** A string of structured fields (RFC 9651), unique among the limits of a route: `"ip-60"`. */
function formatPolicyName({ by, windowSeconds }: RateLimit): string {
  return `"${by}-${windowSeconds}"`
}
