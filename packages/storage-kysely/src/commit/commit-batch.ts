import { type Batch, isCommitError } from '@billfold/core/storage'
import type { Kysely } from 'kysely'
import type { Target } from '../sql/dialect.ts'
import { applyBatch, applyBatchWithMergedId, DuplicateBatchError } from './apply-batch.ts'
import { type Attempt, attemptRunner } from './attempt.ts'
import { inTransaction } from './in-transaction.ts'
import { sortForLocking } from './lock-order.ts'
import { isBatchApplied, isRejectedBatch, removeTombstone, writeTombstone } from './tombstone.ts'

/**
 * Commits a batch in a transaction of its own.
 *
 * @throws CommitError, BillfoldError `input.invalid` for a sum out of range, and errors of the driver
 */
export async function commitBatch<DB>(db: Kysely<DB>, target: Target, batch: Batch, attempt: Attempt): Promise<void> {
  if (!attempt.isOutcomeUnknown) return commitInLockOrder(db, target, batch, attempt)
  // If the batch is rejected, the earlier attempt must not be applied late.
  try {
    await commitInLockOrder(db, target, batch, attempt)
  } catch (error) {
    const run = attemptRunner(db, target.dialect, attempt)
    if (!isRejectedBatch(error) || (await writeTombstone(run, target, batch))) throw error
  }
}

async function commitInLockOrder<DB>(db: Kysely<DB>, target: Target, batch: Batch, attempt: Attempt): Promise<void> {
  const writes = sortForLocking(batch.writes)
  const hasMergedId = target.dialect === 'postgres'
  const apply = hasMergedId ? applyBatchWithMergedId : applyBatch
  const run = attemptRunner(db, target.dialect, attempt)
  try {
    await inTransaction(db, target, attempt, (transaction) =>
      apply(attemptRunner(transaction, target.dialect, attempt), target, batch, writes),
    )
  } catch (error) {
    if (error instanceof DuplicateBatchError) {
      if (!(await removeTombstone(run, target, batch))) return
      return commitInLockOrder(db, target, batch, attempt)
    }
    const isAmbiguous =
      hasMergedId && isCommitError(error) && error.reason === 'duplicate' && error.index === writes[0]?.index
    if (isAmbiguous && (await isBatchApplied(run, target, batch))) return
    throw error
  }
}
