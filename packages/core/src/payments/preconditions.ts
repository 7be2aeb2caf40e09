import { BillfoldError, type ErrorCode } from '../kernel/errors.ts'
import type { Services } from '../platform/services.ts'
import { batch, check, type Insert, isCommitError, type Write } from '../kernel/storage/index.ts'
import { users } from '../identity/users/table.ts'
import type { PaymentApiKeyRow } from './credentials/api-keys.ts'
import { paymentApiKeys } from './tables.ts'

/**
 * A condition that must still be true when an operation commits. It was checked when the request arrived, but the
 * operation may have waited while a key was revoked or a PIN replaced.
 */
export interface Precondition {
  readonly write: Write
  /** Error code if the condition fails at commit. */
  readonly failureCode: ErrorCode
}

/** Preconditions: the API key is not revoked, and its user is not archived. */
export function apiKeyStillValid({ id, tenant, userId }: PaymentApiKeyRow): readonly Precondition[] {
  const failureCode = 'caller.unauthenticated'
  return [
    { write: check(paymentApiKeys, { where: { id } }), failureCode },
    { write: check(users, { where: { id: userId, tenant, archivedAt: null } }), failureCode },
  ]
}

/**
 * Commits `writes` together with their preconditions. A failed precondition is final: `retryOnConflict` does not
 * repeat it.
 * The audit record is written between the two. Storages reorder writes for locking, but never across an insert, so
 * every operation locks its caller first and two operations of one user cannot deadlock.
 * @throws BillfoldError with the failure code of the first precondition that fails; CommitError, whose index counts
 *   the preconditions too
 */
export async function commitWithPreconditions(
  { storage }: Services,
  preconditions: readonly Precondition[],
  record: Insert,
  ...writes: readonly Write[]
): Promise<void> {
  try {
    await storage.commit(batch(...preconditions.map(({ write }) => write), record, ...writes))
  } catch (error) {
    const failed = isCommitError(error) ? preconditions[error.index] : undefined
    throw failed === undefined ? error : new BillfoldError(failed.failureCode, { cause: error })
  }
}
