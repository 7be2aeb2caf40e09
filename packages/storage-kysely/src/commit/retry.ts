import { isBillfoldError } from '@billfold/core'
import { isCommitError } from '@billfold/core/storage'
import { failureOf, thrownFor } from '../sql/failures.ts'

/** How long something is tried again before it fails as `storage.unavailable`. */
export interface RetryLimits {
  /** On deadlocks, serialization failures and a locked database: this long after the first try. Default: 10,000 ms. */
  readonly conflictMs?: number
  /** When the database cannot be reached or the connection is lost: this long after the first try. Default: 2,000 ms. */
  readonly lostMs?: number
  /** Told before each try but the first, with what made it necessary: for a counter. */
  readonly onRetry?: (why: 'conflict' | 'lost') => void
}

/** What went before an attempt. */
export interface Before {
  readonly tries: number
  /** Whether nobody knows what became of one of them. */
  readonly isUnsure: boolean
}

/** The wait before another try: of random length, up to 4 ms at first, doubling up to 200 ms. */
const firstWaitMs = 4
const longestWaitMs = 200

/**
 * Tries until it succeeds, until the error is one that trying again does not mend, or until the time is over.
 *
 * @throws BillfoldError `storage.unavailable`, `storage.schema-mismatch`, `unexpected`; and whatever of Billfold's own the attempt throws
 */
export async function retrying<T>(
  { conflictMs = 10_000, lostMs = 2_000, onRetry }: RetryLimits,
  attempt: (before: Before) => Promise<T>,
): Promise<T> {
  const began = performance.now()
  let isUnsure = false
  for (let tries = 1; ; tries++) {
    try {
      return await attempt({ tries: tries - 1, isUnsure })
    } catch (error) {
      const span = spanOf(error, conflictMs, lostMs)
      isUnsure ||= failureOf(error) === 'lost'
      if (performance.now() - began >= span) throw thrownFor(error)
      onRetry?.(failureOf(error) === 'lost' ? 'lost' : 'conflict')
      await wait(Math.random() * Math.min(firstWaitMs * 2 ** Math.min(tries - 1, 10), longestWaitMs))
    }
  }
}

function spanOf(error: unknown, conflictMs: number, lostMs: number): number {
  if (isCommitError(error) || isBillfoldError(error)) return 0
  const failure = failureOf(error)
  return failure === 'conflict' ? conflictMs : failure === 'lost' ? lostMs : 0
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
