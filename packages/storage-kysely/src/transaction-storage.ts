import { type Batch, validateBatch, type Storage } from '@billfold/core/storage'
import type { Transaction } from 'kysely'
import { applyBatch, DuplicateBatchError } from './commit/apply-batch.ts'
import { answeringRun } from './commit/attempt.ts'
import { sortForLocking } from './commit/lock-order.ts'
import { removeTombstone } from './commit/tombstone.ts'
import { findRows } from './find-rows.ts'
import { type Run, statementRunner } from './sql/connection.ts'
import { certifyChecks } from './sql/galera.ts'
import type { Target } from './sql/dialect.ts'
import { toStorageError } from './sql/driver-errors.ts'

/** The last commit of each transaction. Commits are serialized, because savepoints nest. */
const lastCommits = new WeakMap<object, Promise<void>>()

/** Creates a storage inside a transaction of the host. Each commit has its own savepoint. */
export function createTransactionStorage<DB>(
  transaction: Transaction<DB>,
  target: Target,
  statementTimeoutMs: number,
): Storage {
  const run = answeringRun(statementTimeoutMs, statementRunner(transaction, target.dialect))
  return {
    async find(table, query) {
      try {
        return await findRows(run, target, table, query)
      } catch (error) {
        throw toStorageError(error)
      }
    },
    async commit(batch) {
      validateBatch(batch)
      const commit = (lastCommits.get(transaction) ?? Promise.resolve()).then(() =>
        commitUnderSavepoint(run, target, certifyChecks(target.cluster, batch)),
      )
      lastCommits.set(
        transaction,
        commit.catch(() => {}),
      )
      await commit
    },
  }
}

async function commitUnderSavepoint(run: Run, target: Target, batch: Batch): Promise<void> {
  try {
    await run('savepoint billfold')
    const failure = await catchError(applyBatch(run, target, batch, sortForLocking(batch.writes)))
    if (failure !== undefined) await rollBackToSavepoint(run, failure)
    await run('release savepoint billfold')
    if (failure instanceof DuplicateBatchError && (await removeTombstone(run, target, batch)))
      return await commitUnderSavepoint(run, target, batch)
    if (failure !== undefined && !(failure instanceof DuplicateBatchError)) throw failure
  } catch (error) {
    throw toStorageError(error)
  }
}

/** On a deadlock MySQL rolls back the whole transaction with its savepoints: the deadlock is then the error to report. */
async function rollBackToSavepoint(run: Run, failure: Error): Promise<void> {
  try {
    await run('rollback to savepoint billfold')
  } catch {
    throw failure
  }
}

async function catchError(attempt: Promise<void>): Promise<Error | undefined> {
  try {
    await attempt
    return undefined
  } catch (error) {
    return error instanceof Error ? error : new Error('database driver error', { cause: error })
  }
}
