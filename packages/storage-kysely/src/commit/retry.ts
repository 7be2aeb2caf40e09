import { isBillfoldError } from '@billfold/core'
import { isCommitError } from '@billfold/core/storage'
import { classifyDriverError, toStorageError } from '../sql/driver-errors.ts'
import { answeredWithin, type Attempt } from './attempt.ts'

/** How long transient database errors are retried before they become `storage.unavailable`. */
export interface RetryOptions {
  /** Deadlocks, serialization failures and a locked database, in ms after the first attempt. Default: 10,000. */
  readonly conflictMs?: number
  /** Unreachable, overloaded or read-only database, or lost connection, in ms after the first attempt. Default: 2,000. */
  readonly lostMs?: number
  /** Called before each retry with its reason, for example to count retries in a metric. */
  readonly onRetry?: (reason: 'conflict' | 'lost') => void
}

/** The defaults of {@link RetryOptions}. */
export const defaultRetry = { conflictMs: 10_000, lostMs: 2_000 } as const

/** How long an attempt may take: well below what clients and proxies wait for, and above every wait for a row lock that ends. */
export const defaultStatementTimeoutMs = 15_000

/** Backoff with full jitter: a random delay up to 4 ms, doubling up to 200 ms. */
const initialBackoffMs = 4
const maxBackoffMs = 200

/**
 * Retries an operation with exponential backoff until it succeeds, fails with an error that is not transient, or the time is
 * over. An attempt that the database does not answer within `timeoutMs` is abandoned, and not repeated.
 *
 * @throws BillfoldError `storage.unavailable`, `storage.schema-mismatch`, `unexpected`, and errors of Billfold that the operation throws
 */
export async function retryTransientErrors<T>(
  { conflictMs = defaultRetry.conflictMs, lostMs = defaultRetry.lostMs, onRetry }: RetryOptions,
  operation: (attempt: Attempt) => Promise<T>,
  timeoutMs?: number,
): Promise<T> {
  const startedAt = performance.now()
  let isOutcomeUnknown = false
  for (let count = 0; ; count++) {
    try {
      const previous = { count, isOutcomeUnknown }
      if (timeoutMs === undefined) return await operation({ ...previous, isAbandoned: () => false })
      return await answeredWithin(timeoutMs, (isAbandoned) => operation({ ...previous, isAbandoned }))
    } catch (error) {
      const kind = classifyDriverError(error)
      // A statement that ran out of time can have been committing.
      isOutcomeUnknown ||= kind === 'lost' || kind === 'busy'
      if (performance.now() - startedAt >= maxRetryMs(error, conflictMs, lostMs)) throw toStorageError(error)
      onRetry?.(kind === 'conflict' ? 'conflict' : 'lost')
      await delay(Math.random() * Math.min(initialBackoffMs * 2 ** Math.min(count, 10), maxBackoffMs))
    }
  }
}

function maxRetryMs(error: unknown, conflictMs: number, lostMs: number): number {
  if (isCommitError(error) || isBillfoldError(error)) return 0
  const kind = classifyDriverError(error)
  if (kind === 'conflict') return conflictMs
  return kind === 'lost' || kind === 'busy' || kind === 'read-only' ? lostMs : 0
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
