import type { Actor } from '../../platform/audit/audit-write.ts'
import { BillfoldError, type ErrorCode, isBillfoldError } from '../../kernel/errors.ts'
import type { RateLimitKey, RateLimitResult } from '../../platform/rate-limits/index.ts'
import type { Services } from '../../platform/services.ts'

/** Limit of failed lookups per user, against enumeration of registered users and of payments. */
const rule = { limit: 100, windowSeconds: 3600 } as const

/** The number of failed lookups that this process has counted, of all users. */
let countedLookups = 0

/** What is left of the limit, read before the operation that it limits. */
export interface PeekedEnumerationLimit {
  readonly result: Pick<RateLimitResult, 'allowed' | 'retryAfterSeconds'>
  /** The value of {@link countedLookups} when the read began. */
  readonly countedLookups: number
}

/** Reads what is left of the limit of a user. */
export async function peekEnumerationLimit(
  { rateLimiter }: Pick<Services, 'rateLimiter'>,
  user: Pick<Actor, 'tenant' | 'id'>,
): Promise<PeekedEnumerationLimit> {
  const counted = countedLookups
  return { result: await rateLimiter.peek(toKey(user), rule), countedLookups: counted }
}

/**
 * Runs `operation` under a limit that prevents enumeration: its errors with these codes count, and above the limit it
 * fails before it decides anything. Calls of one user run one after another within a process, so that parallel calls cannot
 * exceed the limit.
 *
 * @param peeked what was left of the limit before. It is read again if this process has counted a failed lookup since
 * @throws BillfoldError `rate.limited`
 */
export async function limitEnumeration<T>(
  services: Pick<Services, 'rateLimiter' | 'ownerMutex'>,
  actor: Actor,
  countedCodes: readonly ErrorCode[],
  operation: () => Promise<T>,
  peeked?: PeekedEnumerationLimit,
): Promise<T> {
  return services.ownerMutex(`payments of ${actor.tenant} ${actor.id}`, async () => {
    const isFresh = peeked?.countedLookups === countedLookups
    const { allowed, retryAfterSeconds } = (isFresh ? peeked : await peekEnumerationLimit(services, actor)).result
    if (!allowed) throw new BillfoldError('rate.limited', { retryAfterSeconds })
    try {
      return await operation()
    } catch (error) {
      if (isBillfoldError(error) && countedCodes.includes(error.code)) await count(services, actor)
      throw error
    }
  })
}

async function count({ rateLimiter }: Pick<Services, 'rateLimiter'>, actor: Actor): Promise<void> {
  try {
    await rateLimiter.consume(toKey(actor), rule)
  } finally {
    countedLookups++
  }
}

function toKey({ tenant, id }: Pick<Actor, 'tenant' | 'id'>): RateLimitKey {
  return { name: 'payment enumeration', subject: id, tenant }
}
