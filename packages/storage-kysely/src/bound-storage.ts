import { type Batch, validateBatch, type Storage } from '@billfold/core/storage'
import type { Transaction } from 'kysely'
import { AppliedBefore, applyBatch } from './commit/apply-batch.ts'
import { type Run, runOn } from './sql/connection.ts'
import { thrownFor } from './sql/failures.ts'
import { unfence } from './commit/fence.ts'
import { findRows } from './find-rows.ts'
import type { Target } from './sql/dialect.ts'

/** The commits of a transaction, one after the other: savepoints nest, and two commits at once must not. */
const lastCommits = new WeakMap<object, Promise<void>>()

/** A storage inside a transaction of the host's, each commit under a savepoint. */
export function boundStorage<DB>(transaction: Transaction<DB>, target: Target): Storage {
  const run = runOn(transaction)
  return {
    async find(table, query) {
      try {
        return await findRows(run, target, table, query)
      } catch (error) {
        throw thrownFor(error)
      }
    },
    async commit(batch) {
      validateBatch(batch)
      const turn = (lastCommits.get(transaction) ?? Promise.resolve()).then(() =>
        commitUnderSavepoint(run, target, batch),
      )
      lastCommits.set(
        transaction,
        turn.catch(() => {}),
      )
      await turn
    },
  }
}

async function commitUnderSavepoint(run: Run, target: Target, batch: Batch): Promise<void> {
  try {
    await run('savepoint billfold')
    const refusal = await refusalOf(
      applyBatch(
        run,
        target,
        batch,
        batch.writes.map((write, index) => ({ write, index })),
      ),
    )
    if (refusal !== undefined) await undo(run, refusal)
    await run('release savepoint billfold')
    if (refusal instanceof AppliedBefore && (await unfence(run, target, batch)))
      return await commitUnderSavepoint(run, target, batch)
    if (refusal !== undefined && !(refusal instanceof AppliedBefore)) throw refusal
  } catch (error) {
    throw thrownFor(error)
  }
}

/** MySQL gives up the whole transaction on a deadlock, savepoints and all: then the deadlock is what there is to tell. */
async function undo(run: Run, refusal: Error): Promise<void> {
  try {
    await run('rollback to savepoint billfold')
  } catch {
    throw refusal
  }
}

async function refusalOf(attempt: Promise<void>): Promise<Error | undefined> {
  try {
    await attempt
    return undefined
  } catch (error) {
    return error instanceof Error ? error : new Error('the database driver failed', { cause: error })
  }
}
