import type { Actor } from '../../audit/record.ts'
import { BillfoldError, type ErrorCode, isBillfoldError } from '../../errors.ts'
import type { Services } from '../../services.ts'

/** How often one user may ask for what is not there, so that nobody finds out by trying who is registered or pays whom. */
const rule = { most: 100, seconds: 3600 } as const

/**
 * Does what may turn out to be a guess: errors with these codes count, and who has brought too many is refused before anything
 * is looked up.
 * @throws BillfoldError `rate.limited`
 */
export async function boundedGuess<T>(
  { limiter }: Services,
  { tenant, id }: Actor,
  counted: readonly ErrorCode[],
  act: () => Promise<T>,
): Promise<T> {
  const key = { name: 'payment guesses', subject: id, tenant }
  const { allowed, retryAfterSeconds } = await limiter.look(key, rule)
  if (!allowed) throw new BillfoldError('rate.limited', { retryAfterSeconds })
  try {
    return await act()
  } catch (error) {
    if (isBillfoldError(error) && counted.includes(error.code)) await limiter.take(key, rule)
    throw error
  }
}
