import { BillfoldError, isBillfoldError } from '../kernel/errors.ts'
import { isCommitError } from '../kernel/storage/index.ts'

/** Converts a thrown value to the error that is shown to the caller. */
export function toBillfoldError(thrown: unknown): BillfoldError {
  if (isBillfoldError(thrown)) return thrown
  if (isCommitError(thrown)) return new BillfoldError('storage.conflict', { cause: thrown })
  return new BillfoldError('unexpected', { cause: thrown })
}

/**
 * Serializes a thrown value for the log: name, message, code and stack, recursively for causes. Other properties are omitted
 * because database drivers attach query values to their errors.
 */
export function serializeError(thrown: unknown, depth = 5): unknown {
  if (!(thrown instanceof Error)) return typeof thrown === 'string' ? thrown : typeof thrown
  return {
    name: thrown.name,
    message: thrown.message,
    ...('code' in thrown ? { code: thrown.code } : {}),
    stack: thrown.stack,
    ...(thrown.cause !== undefined && depth > 0 ? { cause: serializeError(thrown.cause, depth - 1) } : {}),
  }
}
