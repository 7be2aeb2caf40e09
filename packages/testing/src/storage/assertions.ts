import assert from 'node:assert/strict'
import { isBillfoldError } from '@billfold/core'
import { isCommitError } from '@billfold/core/storage'

/** Asserts that a commit fails with a `CommitError` for this reason at this write. */
export async function assertCommitRejected(
  commit: Promise<void>,
  reason: 'condition-failed' | 'duplicate',
  index: number,
): Promise<void> {
  const error = await catchError(commit)
  assert.ok(isCommitError(error), `expected a CommitError, got ${String(error)}`)
  assert.deepEqual({ reason: error.reason, index: error.index }, { reason, index })
}

/** Asserts that input that no storage can store is rejected with `input.invalid`. */
export async function assertInvalidInput(attempt: Promise<unknown>): Promise<void> {
  const error = await catchError(attempt)
  assert.ok(isBillfoldError(error, 'input.invalid'), `expected input.invalid, got ${String(error)}`)
}

/** Counts the commits that were applied. Commit errors count as not applied; any other error fails the case. */
export async function countApplied(commits: readonly Promise<void>[]): Promise<number> {
  const outcomes = await Promise.allSettled(commits)
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected')
      assert.ok(isCommitError(outcome.reason), `expected a CommitError, got ${String(outcome.reason)}`)
  }
  return outcomes.filter((outcome) => outcome.status === 'fulfilled').length
}

async function catchError(attempt: Promise<unknown>): Promise<unknown> {
  try {
    await attempt
  } catch (error) {
    return error
  }
  assert.fail('expected a rejection, but it resolved')
}
