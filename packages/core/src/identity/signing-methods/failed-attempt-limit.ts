import type { Actor } from '../../platform/audit/audit-write.ts'
import type { RateLimitKey } from '../../platform/rate-limits/index.ts'
import type { Services } from '../../platform/services.ts'
import { BillfoldError } from '../../kernel/errors.ts'

/**
 * Rejects callers with too many failed attempts before any counter of a method is touched, so that they cannot lock owners
 * out. Must run within a slot of the password hasher, which bounds how many concurrent attempts can pass.
 * @throws BillfoldError `rate.limited`
 */
export async function assertWithinFailedAttemptLimit(services: Services, actor: Actor): Promise<void> {
  const { allowed, retryAfterSeconds } = await services.rateLimiter.peek(
    callerLimitKey(actor),
    services.failedAttemptLimit,
  )
  if (!allowed) throw new BillfoldError('rate.limited', { retryAfterSeconds })
}

/** Counts a failed attempt of a caller. */
export async function countCallerFailure(services: Services, actor: Actor): Promise<void> {
  await services.rateLimiter.consume(callerLimitKey(actor), services.failedAttemptLimit)
}

/** Rate limit key of a caller's failed attempts. */
function callerLimitKey(actor: Actor): RateLimitKey {
  return { name: 'wrong signing methods', subject: `${actor.id} ${actor.source ?? 'unknown'}`, tenant: actor.tenant }
}
