import assert from 'node:assert/strict'
import { isBillfoldError } from '@billfold/core'
import { isCommitError } from '@billfold/core/storage'

/** Holds that a commit was refused for this reason at this write. */
export async function refused(commit: Promise<void>, reason: 'guard' | 'duplicate', index: number): Promise<void> {
  const error = await failureOf(commit)
  assert.ok(isCommitError(error), `expected a CommitError, got ${String(error)}`)
  assert.deepEqual({ reason: error.reason, index: error.index }, { reason, index })
}

/** Holds that what no storage can keep was refused as such. */
export async function invalid(attempt: Promise<unknown>): Promise<void> {
  const error = await failureOf(attempt)
  assert.ok(isBillfoldError(error, 'input.invalid'), `expected input.invalid, got ${String(error)}`)
}

/** How many of these commits were applied; a refusal by a guard counts as none, and any other failure fails the case. */
export async function winners(commits: readonly Promise<void>[]): Promise<number> {
  const outcomes = await Promise.allSettled(commits)
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected')
      assert.ok(isCommitError(outcome.reason), `expected a CommitError, got ${String(outcome.reason)}`)
  }
  return outcomes.filter((outcome) => outcome.status === 'fulfilled').length
}

async function failureOf(attempt: Promise<unknown>): Promise<unknown> {
  try {
    await attempt
  } catch (error) {
    return error
  }
  assert.fail('expected a refusal, but it was taken')
}
