import type { Actor } from '../../audit/record.ts'
import { BillfoldError, type ErrorCode, isBillfoldError } from '../../errors.ts'
import type { Services } from '../../services.ts'

/** How often one user may ask for what is not there, so that nobody finds out by trying who is registered or pays whom. */
const rule = { most: 100, seconds: 3600 } as const

/**
 * Does what may turn out to be a guess: errors with these codes count, and who has brought too many is refused before anything
 * is looked up. The calls of one user take turns in a process, so that guesses side by side do not outrun the count.
 * @throws BillfoldError `rate.limited`
 */
export async function boundedGuess<T>(
  { limiter, ownerTurns }: Services,
  { tenant, id }: Actor,
  counted: readonly ErrorCode[],
  act: () => Promise<T>,
): Promise<T> {
  const key = { name: 'payment guesses', subject: id, tenant }
  return ownerTurns(`payments of ${tenant} ${id}`, async () => {
    const { allowed, retryAfterSeconds } = await limiter.look(key, rule)
    if (!allowed) throw new BillfoldError('rate.limited', { retryAfterSeconds })
    try {
      return await act()
    } catch (error) {
      if (isBillfoldError(error) && counted.includes(error.code)) await limiter.take(key, rule)
      throw error
    }
  })
}
