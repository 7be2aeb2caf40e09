import type { Actor } from '../../platform/audit/audit-write.ts'
import { BillfoldError, type ErrorCode, isBillfoldError } from '../../kernel/errors.ts'
import type { Services } from '../../platform/services.ts'

/** Limit of failed lookups per user, against enumeration of registered users and of payments. */
const rule = { limit: 100, windowSeconds: 3600 } as const

/**
 * Runs `operation` under a limit that prevents enumeration: its errors with these codes count, and above the limit it
 * fails before any lookup. Calls of one user run one after another within a process, so that parallel calls cannot
 * exceed the limit.
 * @throws BillfoldError `rate.limited`
 */
export async function limitEnumeration<T>(
  { rateLimiter, ownerMutex }: Services,
  { tenant, id }: Actor,
  countedCodes: readonly ErrorCode[],
  operation: () => Promise<T>,
): Promise<T> {
  const key = { name: 'payment enumeration', subject: id, tenant }
  return ownerMutex(`payments of ${tenant} ${id}`, async () => {
    const { allowed, retryAfterSeconds } = await rateLimiter.peek(key, rule)
    if (!allowed) throw new BillfoldError('rate.limited', { retryAfterSeconds })
    try {
      return await operation()
    } catch (error) {
      if (isBillfoldError(error) && countedCodes.includes(error.code)) await rateLimiter.consume(key, rule)
      throw error
    }
  })
}
