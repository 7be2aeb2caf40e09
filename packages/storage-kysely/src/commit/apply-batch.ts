import { BillfoldError } from '@billfold/core'
import { appliedBatches, type Batch, CommitError, isCommitError, type Write } from '@billfold/core/storage'
import type { Run, StatementResult } from '../sql/connection.ts'
import type { Target } from '../sql/dialect.ts'
import { classifyDriverError, readErrorTable } from '../sql/driver-errors.ts'
import { batchIdStatement, firstWriteStatement, type Statement, writeStatement } from '../sql/statements.ts'
import type { IndexedWrite } from './lock-order.ts'

/** Thrown out of a transaction whose batch was applied before. */
export class DuplicateBatchError extends Error {
  override readonly name = 'DuplicateBatchError'
}

/**
 * Records the batch id and does the writes in the order given, inside an open transaction. On any error the transaction (or its
 * savepoint) must be rolled back. The error names the first write of the batch that is rejected, whatever order the writes are in.
 *
 * @throws DuplicateBatchError, CommitError, BillfoldError `input.invalid` for a sum out of range, and errors of the driver
 */
export async function applyBatch(
  run: Run,
  target: Target,
  batch: Batch,
  writes: readonly IndexedWrite[],
): Promise<void> {
  await insertBatchId(run, batchIdStatement(target, batch))
  await applyWrites(writes, (each) => applyWrite(run, writeStatement(target, each.write), each))
}

/**
 * The same for PostgreSQL, with the id and the first write in one round trip. The parts of a statement run in no defined
 * order, so a duplicate key in the first write can also mean that the batch was applied before: the caller must look it up.
 */
export async function applyBatchWithMergedId(
  run: Run,
  target: Target,
  batch: Batch,
  writes: readonly IndexedWrite[],
): Promise<void> {
  const [first] = writes
  if (first === undefined) return insertBatchId(run, batchIdStatement(target, batch))
  const isDuplicateBatch = (error: unknown): boolean =>
    readErrorTable(error) === target.names.bareTable(appliedBatches.name)
  await applyWrites(writes, (each) =>
    each === first
      ? applyWrite(run, firstWriteStatement(target, batch, first.write), first, isDuplicateBatch)
      : applyWrite(run, writeStatement(target, each.write), each),
  )
}

/**
 * Applies writes in lock order. After a failed condition only the writes are still tried that come before it in the batch: they
 * are on other rows, and one of them can be the first that is rejected. To try the batch again in its own order would lock its
 * rows in another order than other batches do, which deadlocks with them whenever many batches compete for the same rows. (No
 * write before a duplicate is left: inserts follow the writes that they may be moved past.)
 */
async function applyWrites(
  writes: readonly IndexedWrite[],
  apply: (write: IndexedWrite) => Promise<void>,
): Promise<void> {
  let rejected: CommitError | undefined
  for (const each of writes) {
    if (rejected !== undefined && each.index > rejected.index) continue
    try {
      await apply(each)
    } catch (error) {
      if (!isCommitError(error) || error.reason !== 'condition-failed') throw error
      rejected = error
    }
  }
  if (rejected !== undefined) throw rejected
}

async function insertBatchId(run: Run, statement: Statement): Promise<void> {
  try {
    await run(statement.sql, statement.parameters)
  } catch (error) {
    throw classifyDriverError(error) === 'duplicate' ? new DuplicateBatchError() : error
  }
}

async function applyWrite(
  run: Run,
  statement: Statement,
  { write, index }: IndexedWrite,
  isDuplicateBatch?: (error: unknown) => boolean,
): Promise<void> {
  let result: StatementResult
  try {
    result = await run(statement.sql, statement.parameters)
  } catch (error) {
    throw toWriteError(error, index, isDuplicateBatch)
  }
  if (!hasExpectedRows(write, result)) throw new CommitError('condition-failed', index)
}

function toWriteError(
  error: unknown,
  index: number,
  isDuplicateBatch: (error: unknown) => boolean = () => false,
): unknown {
  const kind = classifyDriverError(error)
  if (kind === 'duplicate')
    return isDuplicateBatch(error) ? new DuplicateBatchError() : new CommitError('duplicate', index)
  if (kind !== 'range') return error
  return new BillfoldError('input.invalid', {
    issues: [{ path: `writes.${index}`, message: 'number out of range' }],
  })
}

/** True if a write affected (or a check found) the expected number of rows. */
export function hasExpectedRows(write: Write, result: StatementResult): boolean {
  if (write.kind === 'insert' || write.expectedRows === 'any') return true
  const affected = write.kind === 'check' ? result.rows.length : result.affectedRows
  return affected === (write.expectedRows === 'one' ? 1 : 0)
}
