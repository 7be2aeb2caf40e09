import type { Batch } from '@billfold/core/storage'
import { detectFlavour } from '../schema/catalog.ts'
import type { Run } from '../sql/connection.ts'
import type { Flavour, Target } from '../sql/dialect.ts'
import { isOutage } from '../sql/driver-errors.ts'
import type { Statement } from '../sql/statements.ts'
import type { Attempt } from './attempt.ts'
import { compoundStatement } from './compound-statement.ts'
import { singleStatement } from './single-statement.ts'

/**
 * Tries to commit a batch in the fastest form that the database supports. Returns true if it is applied, now or earlier.
 * Returns false if nothing was applied: the batch must then be committed in a transaction, which reports what is wrong.
 */
export type FastPath = (batch: Batch, attempt: Attempt) => Promise<boolean>

/** Sends one statement for an attempt. */
export type Send = (statement: Statement, attempt: Attempt) => Promise<unknown>

/** The fast path of a database without one. */
export const noFastPath: FastPath = async () => false

/** PostgreSQL: one statement, if that is equivalent. A retry takes a transaction, so that no pipelined batch waits behind it. */
export function postgresFastPath(target: Target, send: Send): FastPath {
  return async (batch, attempt) => {
    const statement = attempt.count > 0 ? undefined : singleStatement(target, batch)
    return statement !== undefined && isApplied(send(statement, attempt))
  }
}

/** MariaDB: one compound statement. MySQL has none; the first commit detects which of the two it is. */
export function mariadbFastPath(target: Target, run: Run, send: Send): FastPath {
  let flavour: Flavour | undefined
  return async (batch, attempt) => {
    flavour ??= await detectFlavour(run, target.dialect)
    const statement = flavour === 'mariadb' ? compoundStatement(target, batch) : undefined
    return statement !== undefined && isApplied(send(statement, attempt))
  }
}

async function isApplied(sent: Promise<unknown>): Promise<boolean> {
  try {
    await sent
    return true
  } catch (error) {
    // Retried after a delay; the transaction reports all other errors.
    if (isOutage(error)) throw error
    return false
  }
}
