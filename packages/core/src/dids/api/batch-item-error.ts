import { type BillfoldError, isBillfoldError } from '../../kernel/errors.ts'
import { type DidErrorBody, toDidErrorBody } from './response-format.ts'

/**
 * Converts the error of one item of a batch into its body.
 *
 * @throws the error itself, if the item is not to blame
 */
export function toItemErrorBody(thrown: unknown): DidErrorBody {
  return toDidErrorBody(toItemError(thrown))
}

/** Returns the error if the item is to blame (status below 500), otherwise throws it. */
export function toItemError(thrown: unknown): BillfoldError {
  if (isBillfoldError(thrown) && thrown.status < 500) return thrown
  throw thrown
}
