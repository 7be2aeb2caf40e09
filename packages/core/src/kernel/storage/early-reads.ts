import { isBillfoldError } from '../errors.ts'
import { retryOnConflict, StaleReadError } from './optimistic-retry.ts'

/**
 * Like {@link retryOnConflict}, for rows that may have been read before, to share round trips with other reads. Only the first
 * attempt decides on those. If it refuses, the next one decides on rows that are read again: a row that has changed meanwhile can
 * delay an operation, but never be the reason for refusing it. A commit is held by its guards as ever.
 *
 * @param early the rows that were read before; undefined if there are none
 * @param read reads the rows of an attempt
 * @param decide decides on the rows, and commits. Receives the number of the attempt, from 1
 * @throws BillfoldError `storage.conflict` after 20 attempts, and the errors of `read` and `decide`
 */
export function decideOnEarlyReads<Rows, T>(
  early: Rows | undefined,
  read: () => Promise<Rows>,
  decide: (rows: Rows, attempt: number) => Promise<T>,
): Promise<T> {
  return retryOnConflict(async (attempt) => {
    if (attempt > 1 || early === undefined) return decide(await read(), attempt)
    try {
      return await decide(early, attempt)
    } catch (error) {
      if (isBillfoldError(error) && error.status < 500) throw new StaleReadError(undefined, { cause: error })
      throw error
    }
  })
}
