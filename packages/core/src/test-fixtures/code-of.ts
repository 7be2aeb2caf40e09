import { isBillfoldError } from '../errors.ts'

/** Resolves to `done`, to the code of a BillfoldError, or to any other rejection reason. */
export function codeOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'done',
    (error: unknown) => (isBillfoldError(error) ? error.code : error),
  )
}
