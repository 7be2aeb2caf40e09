import { type ErrorDefinition, errorFactory } from '@billfold/core'

/** The errors of the functions and of the routes for service keys. */
export const issuerFunctionErrors = {
  'credential-type.not-found': { status: 404, message: 'There is no such credential type' },
  'offer.not-found': { status: 404, message: 'There is no such offer that is open' },
  'application.not-approved': { status: 409, message: 'The application is not approved' },
  'credential.not-found': { status: 404, message: 'There is no such credential' },
  'credential.revoked': { status: 409, message: 'The credential is revoked, which is final' },
  'credential.no-status': { status: 409, message: 'Credentials of this type have no status' },
} as const satisfies Record<string, ErrorDefinition>

/** Creates an error of the issuer. Apart from the declarations of the module, which import what throws it. */
export const issuerError = errorFactory(issuerFunctionErrors)
