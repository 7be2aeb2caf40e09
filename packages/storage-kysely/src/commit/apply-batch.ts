import { BillfoldError } from '@billfold/core'
import { appliedBatches, type Batch, CommitError, type Write } from '@billfold/core/storage'
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
 * Records the batch id and does the writes in order, inside an open transaction. On any error the transaction (or its
 * savepoint) must be rolled back.
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
  for (const each of writes) await applyWrite(run, writeStatement(target, each.write), each)
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
  const [first, ...others] = writes
  if (first === undefined) return insertBatchId(run, batchIdStatement(target, batch))
  const isDuplicateBatch = (error: unknown): boolean =>
    readErrorTable(error) === target.names.bareTable(appliedBatches.name)
  await applyWrite(run, firstWriteStatement(target, batch, first.write), first, isDuplicateBatch)
  for (const each of others) await applyWrite(run, writeStatement(target, each.write), each)
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
