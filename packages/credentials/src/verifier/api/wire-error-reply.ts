import type { BillfoldError } from '@billfold/core'
import type { Reply } from '@billfold/core/http'

/**
 * Renders an error for wallets (RFC 6749 section 5.2): the code of the standard and no reason, since what is wrong with a
 * presentation is no business of who presents it.
 */
export function wireErrorReply({ status }: BillfoldError): Reply {
  if (status === 429 || status === 503) return { status, body: { error: 'temporarily_unavailable' } }
  if (status >= 500) return { status, body: { error: 'server_error' } }
  return { status, body: { error: 'invalid_request' } }
}

/** Renders an error for the host: `{code, message, errors?}`. */
export function hostErrorReply({ code, message, status, issues }: BillfoldError, requestId: string): Reply {
  if (status === 500)
    return { status, body: { code: 'unexpected', message: `Something went wrong (request ${requestId})` } }
  return { status, body: { code, message, ...(issues.length > 0 && { errors: issues }) } }
}
