import { type BillfoldError, isBillfoldError } from '../../errors.ts'
import { type Failure, failureOf } from './envelope.ts'

/**
 * Converts the error of one item of a batch into its body.
 *
 * @throws the error itself, if the item is not to blame
 */
export function itemFailure(thrown: unknown): Failure {
  return failureOf(itemError(thrown))
}

/** Returns the error if the item is to blame (status below 500), otherwise throws it. */
export function itemError(thrown: unknown): BillfoldError {
  if (isBillfoldError(thrown) && thrown.status < 500) return thrown
  throw thrown
}
