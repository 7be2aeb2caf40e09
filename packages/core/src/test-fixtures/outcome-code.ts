import { isBillfoldError } from '../kernel/errors.ts'

/** Resolves to `done`, to the code of a BillfoldError, or to any other rejection reason. */
export function outcomeCode(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'done',
    (error: unknown) => (isBillfoldError(error) ? error.code : error),
  )
}
