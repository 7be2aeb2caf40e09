import { BillfoldError } from '../errors.ts'
import { isCommitError } from './storage.ts'

/** Attempts before a conflict is reported to the caller. */
const maxAttempts = 20

/** Thrown if rows changed between two reads of the same attempt. {@link retryOnConflict} starts over. */
export class StaleReadError extends Error {
  override readonly name = 'StaleReadError'
}

/**
 * Runs a read-decide-commit function with optimistic concurrency: if its commit fails because of a concurrent change, the
 * function runs again from the start, after a random backoff. Other errors pass through.
 *
 * @param attempt reads, decides and commits; must not keep state between calls. Receives its number, from 1: only the first
 *   attempt may decide on rows that were read before
 * @throws BillfoldError `storage.conflict` after 20 attempts
 */
export async function retryOnConflict<T>(attempt: (attemptNumber: number) => Promise<T>): Promise<T> {
  for (let attemptNumber = 1; ; attemptNumber++) {
    try {
      return await attempt(attemptNumber)
    } catch (error) {
      if (!isCommitError(error) && !(error instanceof StaleReadError)) throw error
      if (attemptNumber === maxAttempts) throw new BillfoldError('storage.conflict', { cause: error })
      await backoff(attemptNumber)
    }
  }
}

/** Waits for a random time, exponentially increasing up to 64 ms (full jitter), so that conflicting writers separate. */
export function backoff(attempt: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * 2 ** Math.min(attempt, 6)))
}
