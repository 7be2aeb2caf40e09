import { isBillfoldError } from '@billfold/core'
import { appliedBatches, type Batch, isCommitError } from '@billfold/core/storage'
import type { Run } from '../sql/connection.ts'
import type { Target } from '../sql/dialect.ts'
import { causalSql } from '../sql/cluster.ts'
import { classifyDriverError } from '../sql/driver-errors.ts'
import { findRows } from '../find-rows.ts'
import { writeStatement } from '../sql/statements.ts'

/** True if the error means that the batch was evaluated and rejected. */
export function isRejectedBatch(error: unknown): boolean {
  return isCommitError(error) || isBillfoldError(error, 'input.invalid')
}

/**
 * Prevents an earlier attempt of a rejected batch, whose connection was lost, from being applied late: the server may still
 * receive its statement. Occupies the batch id with a tombstone, a row with a negative `committedAt`. Returns false if the
 * earlier attempt was applied after all, so that the batch is not rejected.
 */
export async function writeTombstone(run: Run, target: Target, batch: Batch): Promise<boolean> {
  const tombstone = { kind: 'insert', table: appliedBatches, row: { id: batch.id, committedAt: -Date.now() } } as const
  const { sql, parameters } = writeStatement(target, tombstone)
  try {
    await run(causalSql(target.cluster, sql), parameters)
    return true
  } catch (error) {
    if (classifyDriverError(error) !== 'duplicate') throw error
    return !(await isBatchApplied(run, target, batch))
  }
}

/** Removes the tombstone of a batch that is committed again. Returns true if there was one. */
export async function removeTombstone(run: Run, target: Target, batch: Batch): Promise<boolean> {
  const { sql, parameters } = writeStatement(target, {
    kind: 'remove',
    table: appliedBatches,
    where: { id: batch.id, committedAt: { lt: 0 } },
    expectedRows: 'any',
  })
  return (await run(causalSql(target.cluster, sql), parameters)).affectedRows > 0
}

/** Returns true if the batch was applied. */
export async function isBatchApplied(run: Run, target: Target, batch: Batch): Promise<boolean> {
  const rows = await findRows(run, target, appliedBatches, { where: { id: batch.id, committedAt: { gte: 0 } } })
  return rows.length > 0
}
