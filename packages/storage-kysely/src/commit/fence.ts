import { isBillfoldError } from '@billfold/core'
import { appliedBatches, type Batch, isCommitError } from '@billfold/core/storage'
import type { Run } from '../sql/connection.ts'
import type { Target } from '../sql/dialect.ts'
import { failureOf } from '../sql/failures.ts'
import { findRows } from '../find-rows.ts'
import { writeStatement } from '../sql/statements.ts'

/** Whether an error says that a batch was looked at, and does not hold. */
export function isRefusal(error: unknown): boolean {
  return isCommitError(error) || isBillfoldError(error, 'input.invalid')
}

/**
 * Makes sure of a refused batch that an earlier try of it, whose connection was lost, is not applied later: a statement may
 * still be on its way when its sender has given it up. Its id is taken by a mark, a time before 1970, which nothing else has.
 * False: the earlier try was applied after all, and nothing is refused.
 */
export async function fence(run: Run, target: Target, batch: Batch): Promise<boolean> {
  const mark = { kind: 'insert', table: appliedBatches, row: { id: batch.id, committedAt: -Date.now() } } as const
  const { sql, parameters } = writeStatement(target, mark)
  try {
    await run(sql, parameters)
    return true
  } catch (error) {
    if (failureOf(error) !== 'duplicate') throw error
    return !(await isApplied(run, target, batch))
  }
}

/** Takes the mark away from a batch that is committed again; whether there was one. */
export async function unfence(run: Run, target: Target, batch: Batch): Promise<boolean> {
  const { sql, parameters } = writeStatement(target, {
    kind: 'remove',
    table: appliedBatches,
    where: { id: batch.id, committedAt: { lt: 0 } },
    expectedRows: 'any',
  })
  return (await run(sql, parameters)).affectedRows > 0
}

/** Whether a batch was applied. */
export async function isApplied(run: Run, target: Target, batch: Batch): Promise<boolean> {
  const rows = await findRows(run, target, appliedBatches, { where: { id: batch.id, committedAt: { gte: 0 } } })
  return rows.length > 0
}
