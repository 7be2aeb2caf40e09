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

/** How many failed attempts at one owner count against a caller in a window. */
const maxCountedPerOwner = 3

/**
 * Counts a failed attempt of a caller. Of attempts at one owner only the first few count: a service key serves many users from
 * one address, and one of them must not use up the limit of the others. The owner's own counter bounds the rest.
 */
export async function countCallerFailure(services: Services, actor: Actor, ownerId: string): Promise<void> {
  const { limit, windowSeconds } = services.failedAttemptLimit
  const { subject } = callerLimitKey(actor)
  const perOwner = {
    name: 'wrong signing methods of one owner',
    subject: `${subject} ${ownerId}`,
    tenant: actor.tenant,
  }
  const { allowed } = await services.rateLimiter.consume(perOwner, { limit: maxCountedPerOwner, windowSeconds })
  if (allowed) await services.rateLimiter.consume(callerLimitKey(actor), { limit, windowSeconds })
}

/** Rate limit key of a caller's failed attempts. */
function callerLimitKey(actor: Actor): RateLimitKey {
  return { name: 'wrong signing methods', subject: `${actor.id} ${actor.source ?? 'unknown'}`, tenant: actor.tenant }
}
