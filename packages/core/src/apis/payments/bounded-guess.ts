import type { Actor } from '../../audit/record.ts'
import { BillfoldError, type ErrorCode, isBillfoldError } from '../../errors.ts'
import type { Services } from '../../services.ts'

/** Limit of failed lookups per user, against enumeration of registered users and of payments. */
const rule = { most: 100, seconds: 3600 } as const

/**
 * Runs `operation` under a limit that prevents enumeration: its errors with these codes count, and above the limit it
 * fails before any lookup. Calls of one user run one after another within a process, so that parallel calls cannot
 * exceed the limit.
 * @throws BillfoldError `rate.limited`
 */
export async function boundedGuess<T>(
  { limiter, ownerTurns }: Services,
  { tenant, id }: Actor,
  countedCodes: readonly ErrorCode[],
  operation: () => Promise<T>,
): Promise<T> {
  const key = { name: 'payment enumeration', subject: id, tenant }
  return ownerTurns(`payments of ${tenant} ${id}`, async () => {
    const { allowed, retryAfterSeconds } = await limiter.look(key, rule)
    if (!allowed) throw new BillfoldError('rate.limited', { retryAfterSeconds })
    try {
      return await operation()
    } catch (error) {
      if (isBillfoldError(error) && countedCodes.includes(error.code)) await limiter.take(key, rule)
      throw error
    }
  })
}
