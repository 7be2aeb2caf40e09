import type { Batch } from '@billfold/core/storage'
import type { Target } from './dialect.ts'
import { type Failure, failureOf } from './failures.ts'
import { singleStatement } from './single-statement.ts'
import type { Statement } from './statements.ts'

/**
 * Tries a batch in the quickest form that the database has. True: it is applied, now or before. False: nothing was applied,
 * and it must be done in a transaction, which says what is wrong with it if something is.
 */
export type QuickCommit = (batch: Batch) => Promise<boolean>

/** There is no quicker form. */
export const noQuickCommit: QuickCommit = async () => false

/** PostgreSQL: one statement, where that is exact. */
export function quickOnPostgres(target: Target, send: (statement: Statement) => Promise<unknown>): QuickCommit {
  return async (batch) => {
    const statement = singleStatement(target, batch)
    return statement !== undefined && isTaken(send(statement))
  }
}

/** To be tried again, with a wait; all other failures are for the transaction to explain. */
const temporary: ReadonlySet<Failure> = new Set(['conflict', 'lost'])

async function isTaken(sent: Promise<unknown>): Promise<boolean> {
  try {
    await sent
    return true
  } catch (error) {
    if (temporary.has(failureOf(error))) throw error
    return false
  }
}
