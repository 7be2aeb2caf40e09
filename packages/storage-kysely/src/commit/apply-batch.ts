import { BillfoldError } from '@billfold/core'
import { appliedBatches, type Batch, CommitError, type Write } from '@billfold/core/storage'
import type { Outcome, Run } from '../sql/connection.ts'
import type { Target } from '../sql/dialect.ts'
import { failureOf, tableOf } from '../sql/failures.ts'
import type { Turn } from './lock-order.ts'
import { batchStatement, firstStatement, type Statement, writeStatement } from '../sql/statements.ts'

/** Thrown out of a transaction when its batch was applied before. */
export class AppliedBefore extends Error {
  override readonly name = 'AppliedBefore'
}

/**
 * Keeps the batch's id and does its writes, turn by turn, inside a transaction that is open. Whatever it throws, the
 * transaction (or its savepoint) must be rolled back.
 *
 * @throws AppliedBefore, CommitError, BillfoldError `input.invalid` for a sum out of range, and what the driver throws
 */
export async function applyBatch(run: Run, target: Target, batch: Batch, turns: readonly Turn[]): Promise<void> {
  await keepId(run, batchStatement(target, batch))
  for (const turn of turns) await applyWrite(run, writeStatement(target, turn.write), turn)
}

/**
 * The same with the id and the first write in one round trip, which PostgreSQL can do. A statement does its parts in any
 * order: so a first write that finds its key taken may be one that was applied before, which the caller must look up.
 */
export async function applyBatchAtOnce(run: Run, target: Target, batch: Batch, turns: readonly Turn[]): Promise<void> {
  const [first, ...others] = turns
  if (first === undefined) return keepId(run, batchStatement(target, batch))
  const isKnown = (error: unknown): boolean => tableOf(error) === target.names.bareTable(appliedBatches.name)
  await applyWrite(run, firstStatement(target, batch, first.write), first, isKnown)
  for (const turn of others) await applyWrite(run, writeStatement(target, turn.write), turn)
}

async function keepId(run: Run, statement: Statement): Promise<void> {
  try {
    await run(statement.sql, statement.parameters)
  } catch (error) {
    throw failureOf(error) === 'duplicate' ? new AppliedBefore() : error
  }
}

async function applyWrite(
  run: Run,
  statement: Statement,
  { write, index }: Turn,
  isKnown?: (error: unknown) => boolean,
): Promise<void> {
  let outcome: Outcome
  try {
    outcome = await run(statement.sql, statement.parameters)
  } catch (error) {
    throw refusalFor(error, index, isKnown)
  }
  if (!holds(write, outcome)) throw new CommitError('condition-failed', index)
}

function refusalFor(error: unknown, index: number, isKnown: (error: unknown) => boolean = () => false): unknown {
  const failure = failureOf(error)
  if (failure === 'duplicate') return isKnown(error) ? new AppliedBefore() : new CommitError('duplicate', index)
  if (failure !== 'range') return error
  return new BillfoldError('input.invalid', {
    issues: [{ path: `writes.${index}`, message: 'has a number out of range' }],
  })
}

/** Whether a write hit as many rows as it must. */
export function holds(write: Write, outcome: Outcome): boolean {
  if (write.kind === 'insert' || write.expectedRows === 'any') return true
  const affected = write.kind === 'check' ? outcome.rows.length : outcome.affectedRows
  return affected === (write.expectedRows === 'one' ? 1 : 0)
}
