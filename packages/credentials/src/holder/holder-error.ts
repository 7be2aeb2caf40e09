import { type ErrorDefinition, errorFactory } from '@billfold/core'

/** The errors of the holder. */
export const holderErrors = {
  'held-offer.not-found': { status: 404, message: 'There is no such offer that is open' },
  'held-offer.malformed': { status: 400, message: 'This is no credential offer' },
  'held-offer.unsupported': { status: 400, message: 'The issuer requires what this wallet does not have' },
  'issuer.untrusted': { status: 403, message: 'The issuer is not trusted' },
  'issuer.unreachable': { status: 502, message: 'The issuer cannot be reached, or its replies are not understood' },
  'issuer.refused': { status: 409, message: 'The issuer refused' },
  'held-credential.not-found': { status: 404, message: 'There is no such credential' },
  'held-credential.limit-reached': { status: 409, message: 'The user has as many credentials as allowed' },
  'verifier.unauthenticated': { status: 403, message: 'The verifier is not authenticated' },
  'verifier.unreachable': { status: 502, message: 'The verifier cannot be reached' },
  'verifier.refused': { status: 409, message: 'The verifier refused the presentation' },
  'request.not-found': { status: 404, message: 'There is no such request that is open' },
  'request.malformed': { status: 400, message: 'This is no request for a presentation that is supported' },
  'request.ended': { status: 409, message: 'The request was received before, or is over' },
  'request.limit-reached': { status: 409, message: 'The user has as many open requests as allowed' },
  'consent.changed': { status: 409, message: 'What would be sent is not what was agreed to' },
  'presentation.unsatisfiable': { status: 409, message: 'The chosen credentials do not satisfy the request' },
  'presentation.method-not-allowed': { status: 403, message: 'An emergency code approves nothing here' },
} as const satisfies Record<string, ErrorDefinition>

/** Creates an error of the holder. */
export const holderError = errorFactory(holderErrors)
