import type { IssuerSettings } from '../settings.ts'
import { preAuthorizedGrant } from '../offers/offer-object.ts'

/** The metadata of the issuer as its own authorization server (RFC 8414 section 2). */
export function createAuthorizationServerMetadata(settings: IssuerSettings): Readonly<Record<string, unknown>> {
  const { publicUrl, walletProviders, clients, authorize, configurations } = settings
  const isOpen = walletProviders === undefined || clients.size > 0
  return {
    issuer: publicUrl,
    token_endpoint: `${publicUrl}/token`,
    ...(authorize !== undefined && {
      authorization_endpoint: `${publicUrl}/authorize`,
      pushed_authorization_request_endpoint: `${publicUrl}/par`,
      require_pushed_authorization_requests: true,
      authorization_response_iss_parameter_supported: true,
    }),
    jwks_uri: `${publicUrl}/jwks`,
    scopes_supported: [...configurations.keys()],
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: [
      ...(authorize === undefined ? [] : ['authorization_code']),
      preAuthorizedGrant,
      'refresh_token',
    ],
    code_challenge_methods_supported: ['S256'],
    dpop_signing_alg_values_supported: ['ES256'],
    token_endpoint_auth_methods_supported: [
      ...(walletProviders === undefined ? [] : ['attest_jwt_client_auth']),
      ...(isOpen ? ['none'] : []),
    ],
    ...(walletProviders !== undefined && {
      client_attestation_signing_alg_values_supported: ['ES256'],
      client_attestation_pop_signing_alg_values_supported: ['ES256'],
    }),
    'pre-authorized_grant_anonymous_access_supported': walletProviders === undefined,
    authorization_details_types_supported: ['openid_credential'],
  }
}
