import { isBillfoldError } from '../errors.ts'

/** What became of a call: `done`, the code of its error, or whatever else it threw. */
export function codeOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'done',
    (error: unknown) => (isBillfoldError(error) ? error.code : error),
  )
}
