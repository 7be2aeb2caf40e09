import type { Kysely } from 'kysely'
import { type Run, statementRunner } from '../sql/connection.ts'
import type { Dialect } from '../sql/dialect.ts'

/** One attempt at a read or a commit. */
export interface Attempt {
  /** Number of attempts before this one. */
  readonly count: number
  /** True if the outcome of an earlier attempt is unknown. */
  readonly isOutcomeUnknown: boolean
  /** True when the caller no longer waits: nothing more may be sent, and nothing committed. */
  readonly isAbandoned: () => boolean
}

/** Thrown when the database has not answered in time. The outcome is unknown. */
export class UnansweredError extends Error {
  override readonly name = 'UnansweredError'
  readonly code = 'BILLFOLD_UNANSWERED'
}

/** Throws if nothing more may be sent for this attempt. */
export function throwIfAbandoned(attempt: Attempt): void {
  if (attempt.isAbandoned()) throw new UnansweredError('the attempt was abandoned')
}

/**
 * Returns a function that runs statements for an attempt. A statement that waits for a connection of the pool is not sent after
 * the attempt was abandoned.
 */
export function attemptRunner<DB>(db: Kysely<DB>, dialect: Dialect, attempt: Attempt): Run {
  if (db.isTransaction) {
    const run = statementRunner(db, dialect)
    return async (sql, parameters) => {
      throwIfAbandoned(attempt)
      return run(sql, parameters)
    }
  }
  return (sql, parameters) =>
    db.connection().execute(async (connection) => {
      throwIfAbandoned(attempt)
      return statementRunner(connection, dialect)(sql, parameters)
    })
}

/** Fails with an {@link UnansweredError} if `work` takes longer than `timeoutMs`, and abandons it. */
export async function answeredWithin<T>(
  timeoutMs: number,
  work: (isAbandoned: () => boolean) => Promise<T>,
): Promise<T> {
  let isAbandoned = false
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      isAbandoned = true
      reject(new UnansweredError(`no answer after ${timeoutMs} ms`))
    }, timeoutMs)
  })
  try {
    return await Promise.race([work(() => isAbandoned), deadline])
  } finally {
    clearTimeout(timer)
  }
}

/** Runs each statement within a time limit. */
export function answeringRun(timeoutMs: number, run: Run): Run {
  return (sql, parameters) => answeredWithin(timeoutMs, () => run(sql, parameters))
}
