import { BillfoldError, isBillfoldError } from '../errors.ts'
import { isCommitError } from '../storage/index.ts'

/** Any thrown value as the error that the caller is told. */
export function toBillfoldError(thrown: unknown): BillfoldError {
  if (isBillfoldError(thrown)) return thrown
  if (isCommitError(thrown)) return new BillfoldError('storage.refused', { cause: thrown })
  return new BillfoldError('unexpected', { cause: thrown })
}

/**
 * A thrown value as plain data for the log: name, message, code and stack, and those of its causes. Nothing else, since
 * drivers hang the values of a query on their errors.
 */
export function describeFailure(thrown: unknown, depth = 5): unknown {
  if (!(thrown instanceof Error)) return typeof thrown === 'string' ? thrown : typeof thrown
  return {
    name: thrown.name,
    message: thrown.message,
    ...('code' in thrown ? { code: thrown.code } : {}),
    stack: thrown.stack,
    ...(thrown.cause !== undefined && depth > 0 ? { cause: describeFailure(thrown.cause, depth - 1) } : {}),
  }
}
