import { type BillfoldError, type ErrorDefinition, errorFactory } from '@billfold/core'

/**
 * The errors of the wire protocols. What follows the dot, with underscores, is the code that its standard prescribes: `invalid_grant`.
 * Messages are printable ASCII without quotes and backslashes, as `error_description` must be (RFC 6749 section 5.2).
 */
export const wireErrors = {
  'oauth.invalid-request': { status: 400, message: 'The request is malformed' },
  'oauth.invalid-client': { status: 401, message: 'The client is not authenticated' },
  'oauth.invalid-grant': {
    status: 400,
    message: 'The code or token is invalid, expired, used or bound to another client',
  },
  'oauth.invalid-scope': { status: 400, message: 'Nothing that is offered here was asked for' },
  'oauth.invalid-authorization-details': { status: 400, message: 'The authorization details are not understood' },
  'oauth.unsupported-grant-type': { status: 400, message: 'The grant type is not supported' },
  'oauth.unsupported-response-type': { status: 400, message: 'The response type must be code' },
  'oauth.invalid-dpop-proof': { status: 400, message: 'The DPoP proof is missing or invalid' },
  'oauth.use-dpop-nonce': { status: 400, message: 'The DPoP proof must have the nonce of this server' },
  'oauth.invalid-token': { status: 401, message: 'The access token is missing, invalid or expired' },
  'oauth.access-denied': { status: 403, message: 'Access was denied' },
  'issuance.invalid-credential-request': { status: 400, message: 'The credential request is malformed' },
  'issuance.unknown-credential-configuration': { status: 400, message: 'The access token is not good for this' },
  'issuance.unknown-credential-identifier': { status: 400, message: 'The access token is not good for this' },
  'issuance.invalid-proof': { status: 400, message: 'A key proof is missing or invalid' },
  'issuance.invalid-nonce': { status: 400, message: 'The nonce of a key proof is unknown, old or used' },
  'issuance.invalid-encryption-parameters': { status: 400, message: 'The encryption is missing or not supported' },
  'issuance.credential-request-denied': { status: 400, message: 'The credential is not issued' },
  'issuance.invalid-transaction-id': { status: 400, message: 'The transaction is unknown or has ended' },
  'issuance.invalid-notification-id': { status: 400, message: 'The notification id is unknown' },
  'issuance.invalid-notification-request': { status: 400, message: 'The notification is malformed' },
} as const satisfies Record<string, ErrorDefinition>

/** A code of {@link wireErrors}. */
export type WireErrorCode = keyof typeof wireErrors

const create = errorFactory(wireErrors)

/** Creates an error of the wire protocols. @param message says what is wrong, without a value of the caller */
export function wireError(code: WireErrorCode, message?: string): BillfoldError {
  return create(code, message === undefined ? {} : { message })
}

/** The cause of `oauth.invalid-token` if a request has no token at all. */
export const missingToken: unique symbol = Symbol('missing token')

/** Creates the error of a request without a token, whose challenge names no error (RFC 6750 section 3.1). */
export function missingTokenError(): BillfoldError {
  return create('oauth.invalid-token', { cause: missingToken })
}

/** True for an error of {@link wireErrors}. */
export function isWireErrorCode(code: string): code is WireErrorCode {
  return Object.hasOwn(wireErrors, code)
}
