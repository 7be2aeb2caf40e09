import { type BillfoldError, isBillfoldError } from '../../errors.ts'
import { type Failure, failureOf } from './envelope.ts'

/**
 * What went wrong with one item of a batch, told in the reply; what is no fault of the item ends the batch.
 * @throws what was thrown
 */
export function itemFailure(thrown: unknown): Failure {
  return failureOf(itemError(thrown))
}

/** The error of an item. @throws what was thrown, where it is no fault of the item */
export function itemError(thrown: unknown): BillfoldError {
  if (isBillfoldError(thrown) && thrown.status < 500) return thrown
  throw thrown
}
