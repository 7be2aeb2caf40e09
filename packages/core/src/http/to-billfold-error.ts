import { BillfoldError, isBillfoldError } from '../kernel/errors.ts'
import { isCommitError } from '../kernel/storage/index.ts'

/** Converts a thrown value to the error that is shown to the caller. */
export function toBillfoldError(thrown: unknown): BillfoldError {
  if (isBillfoldError(thrown)) return thrown
  if (isCommitError(thrown)) return new BillfoldError('storage.conflict', { cause: thrown })
  return new BillfoldError('unexpected', { cause: thrown })
}
