import { BillfoldError, type ErrorCode } from '../errors.ts'
import type { Services } from '../services.ts'
import { batch, check, type Insert, isCommitError, type Write } from '../storage/index.ts'
import { users } from '../users/table.ts'
import type { ApiKeyRow } from './api-keys.ts'
import { paymentApiKeys } from './tables.ts'

/**
 * What allows an act: looked at when it was asked for, and held in its commit, since the act may have waited for its turn while a key
 * was ended or a secret replaced.
 */
export interface Held {
  readonly write: Write
  /** What the caller is told where it no longer holds. */
  readonly otherwise: ErrorCode
}

/** The api key was not ended, and its user is still there. */
export function stillCaller({ id, tenant, userId }: ApiKeyRow): readonly Held[] {
  const otherwise = 'caller.unauthenticated'
  return [
    { write: check(paymentApiKeys, { where: { id } }), otherwise },
    { write: check(users, { where: { id: userId, tenant, archivedAt: null } }), otherwise },
  ]
}

/**
 * Commits an act together with all that allows it. That something no longer holds is final, also inside a `decide`: it would
 * be refused again. The audit record stands between the two: writes on either side of an insert keep their order, and so all acts
 * lock their caller before anything else, and two acts of one user never wait for each other.
 * @throws BillfoldError what the first of `held` says that no longer holds; CommitError, whose index counts `held` too
 */
export async function commitHeld(
  { storage }: Services,
  held: readonly Held[],
  record: Insert,
  ...writes: readonly Write[]
): Promise<void> {
  try {
    await storage.commit(batch(...held.map(({ write }) => write), record, ...writes))
  } catch (error) {
    const broken = isCommitError(error) ? held[error.index] : undefined
    throw broken === undefined ? error : new BillfoldError(broken.otherwise, { cause: error })
  }
}
