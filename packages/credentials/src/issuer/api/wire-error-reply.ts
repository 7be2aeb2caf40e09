import type { BillfoldError } from '@billfold/core'
import type { Reply, Route } from '@billfold/core/http'
import { consentPageHeaders, renderErrorPage } from '../oauth/consent-page.ts'
import type { IssuerSettings } from '../settings.ts'
import { isWireErrorCode, missingToken, type WireErrorCode } from '../wire-errors.ts'

/** Which errors a route replies with. */
export type RouteFamily = 'service' | 'page' | 'open' | 'authorization-server' | 'resource'

interface WireFormat {
  readonly family: RouteFamily
  /** The code for a body that is not what the route takes. */
  readonly invalidInput: WireErrorCode
}

const formats: Readonly<Record<string, WireFormat>> = {
  createOffer: { family: 'service', invalidInput: 'oauth.invalid-request' },
  endOffer: { family: 'service', invalidInput: 'oauth.invalid-request' },
  listIssuedCredentials: { family: 'service', invalidInput: 'oauth.invalid-request' },
  changeCredentialStatus: { family: 'service', invalidInput: 'oauth.invalid-request' },
  showConsent: { family: 'page', invalidInput: 'oauth.invalid-request' },
  decideConsent: { family: 'page', invalidInput: 'oauth.invalid-request' },
  requestCredential: { family: 'resource', invalidInput: 'issuance.invalid-credential-request' },
  requestDeferredCredential: { family: 'resource', invalidInput: 'issuance.invalid-transaction-id' },
  notifyIssuer: { family: 'resource', invalidInput: 'issuance.invalid-notification-request' },
  pushAuthorizationRequest: { family: 'authorization-server', invalidInput: 'oauth.invalid-request' },
  requestToken: { family: 'authorization-server', invalidInput: 'oauth.invalid-request' },
}

const open: WireFormat = { family: 'open', invalidInput: 'oauth.invalid-request' }

/**
 * Renders an error by the standard of its route: RFC 6749 section 5.2, RFC 6750 section 3, RFC 9449 section 7.1, OpenID4VCI sections
 * 8.3.1.2, 9.3 and 11.3. Routes for service keys have the errors of Billfold, browsers get a page.
 *
 * @param dpopNonce returns the nonce that wallets use in their next DPoP proof
 * @param settings whether the challenge names Bearer beside DPoP
 */
export function wireErrorReply(
  dpopNonce: () => string | undefined,
  { bearerTokens }: Pick<IssuerSettings, 'bearerTokens'>,
) {
  return (error: BillfoldError, requestId: string, route?: Route): Reply => {
    const format = formats[route?.id ?? ''] ?? open
    if (format.family === 'service') return toServiceReply(error, requestId)
    if (format.family === 'page') return toPage(error)
    const { status, code, message } = toWire(error, format.invalidInput)
    const nonce = format.family === 'open' ? undefined : dpopNonce()
    return {
      status,
      headers: {
        ...(nonce !== undefined && { 'dpop-nonce': nonce }),
        ...(status === 401 &&
          format.family === 'resource' && { 'www-authenticate': toChallenge(error, code, bearerTokens) }),
      },
      body: { error: code, error_description: toPrintable(message) },
    }
  }
}

function toWire(
  error: BillfoldError,
  invalidInput: WireErrorCode,
): { readonly status: number; readonly code: string; readonly message: string } {
  const { status, message } = error
  if (isWireErrorCode(error.code)) {
    const isAtResource = invalidInput.startsWith('issuance.')
    const isDpop = error.code === 'oauth.invalid-dpop-proof' || error.code === 'oauth.use-dpop-nonce'
    return { status: isAtResource && isDpop ? 401 : status, code: toWireCode(error.code), message }
  }
  if (status === 429 || status === 503) return { status, code: 'temporarily_unavailable', message }
  if (status >= 500) return { status, code: 'server_error', message: 'Something went wrong' }
  const [issue] = error.issues
  const detail = issue === undefined ? message : `${issue.path}: ${issue.message}`
  return { status, code: toWireCode(invalidInput), message: detail }
}

/** `oauth.invalid-grant` is `invalid_grant`. */
function toWireCode(code: WireErrorCode): string {
  return code.slice(code.indexOf('.') + 1).replaceAll('-', '_')
}

/** RFC 6750 section 3, RFC 9449 section 7.1. */
function toChallenge(error: BillfoldError, code: string, bearerTokens: boolean): string {
  // Without a token no error is named (RFC 6750 section 3.1).
  const isMissing = error.code === 'oauth.invalid-token' && error.cause === missingToken
  const dpop = isMissing ? 'DPoP algs="ES256"' : `DPoP error="${code}", algs="ES256"`
  if (!bearerTokens) return dpop
  // The errors of DPoP proofs are none of Bearer tokens.
  return error.code === 'oauth.invalid-token' && !isMissing ? `${dpop}, Bearer error="${code}"` : `${dpop}, Bearer`
}

function toServiceReply({ code, status, message, issues }: BillfoldError, requestId: string): Reply {
  if (status === 500)
    return { status, body: { code: 'unexpected', message: `Something went wrong (request ${requestId})` } }
  return { status, body: { code, message, ...(issues.length > 0 && { errors: issues }) } }
}

function toPage({ status, message }: BillfoldError): Reply {
  const shown = status >= 500 ? 'Something went wrong' : message
  return { status, headers: consentPageHeaders(), body: renderErrorPage(shown) }
}

/** Printable ASCII without quotes and backslashes (RFC 6749 section 5.2). */
function toPrintable(message: string): string {
  return message.replaceAll(/["\\]|[^\x20-\x7e]/g, ' ').slice(0, 200)
}
