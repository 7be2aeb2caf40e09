import { type ErrorCode, isBillfoldError } from '../../kernel/errors.ts'

/** The errors of W3C DID Resolution, with their HTTP status (sections "Errors" and "HTTP(S) Binding"). */
export const resolutionErrors = {
  INVALID_DID: { status: 400, title: 'The DID is invalid' },
  INVALID_OPTIONS: { status: 400, title: 'The resolution options are invalid' },
  NOT_FOUND: { status: 404, title: 'The DID was not found' },
  REPRESENTATION_NOT_SUPPORTED: { status: 406, title: 'The representation is not supported' },
  METHOD_NOT_SUPPORTED: { status: 501, title: 'The DID method is not supported' },
} as const

/** The name of an error of W3C DID Resolution. */
export type ResolutionErrorName = keyof typeof resolutionErrors

const names: readonly (readonly [ErrorCode, ResolutionErrorName])[] = [
  ['did.invalid', 'INVALID_DID'],
  ['input.invalid', 'INVALID_OPTIONS'],
  ['did.unknown-network', 'NOT_FOUND'],
  ['did.unknown-version', 'NOT_FOUND'],
  ['did.method-not-supported', 'METHOD_NOT_SUPPORTED'],
]

/** Finds the name of an error that the resolution of a DID has thrown; undefined for a failure of the resolver. */
export function findResolutionError(error: unknown): ResolutionErrorName | undefined {
  return names.find(([code]) => isBillfoldError(error, code))?.[1]
}
