import type { Batch } from '@billfold/core/storage'
import { flavourOf } from '../schema/catalog.ts'
import { compoundStatement } from './compound-statement.ts'
import type { Run } from '../sql/connection.ts'
import type { Flavour, Target } from '../sql/dialect.ts'
import { type Failure, failureOf } from '../sql/failures.ts'
import { singleStatement } from './single-statement.ts'
import type { Statement } from '../sql/statements.ts'

/**
 * Tries a batch in the quickest form that the database has. True: it is applied, now or before. False: nothing was applied,
 * and it must be done in a transaction, which says what is wrong with it if something is.
 */
export type QuickCommit = (batch: Batch, isRepeated: boolean) => Promise<boolean>

/** There is no quicker form. */
export const noQuickCommit: QuickCommit = async () => false

/** PostgreSQL: one statement, where that is exact. What clashed or was lost goes into a transaction, so that nobody waits behind it. */
export function quickOnPostgres(target: Target, send: (statement: Statement) => Promise<unknown>): QuickCommit {
  return async (batch, isRepeated) => {
    const statement = isRepeated ? undefined : singleStatement(target, batch)
    return statement !== undefined && isTaken(send(statement))
  }
}

/** MariaDB: one compound statement. MySQL has none, and which of them it is the first commit asks. */
export function quickOnMariadb(target: Target, run: Run): QuickCommit {
  let known: Flavour | undefined
  return async (batch) => {
    known ??= await flavourOf(run, target.dialect)
    const statement = known === 'mariadb' ? compoundStatement(target, batch) : undefined
    return statement !== undefined && isTaken(run(statement.sql, statement.parameters))
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
