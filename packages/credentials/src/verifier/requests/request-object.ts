import { signJws } from '../../formats/jws.ts'
import { x5cOf } from '../../trust/signer-key.ts'
import type { VerifierSettings } from '../options.ts'
import type { RequestBody } from './request-body.ts'

/** The formats and algorithms that are verified (OpenID4VP 1.0 section 11.1). */
const supportedFormats = {
  'dc+sd-jwt': {
    'sd-jwt_alg_values': ['ES256', 'ES384', 'ES512', 'Ed25519'],
    'kb-jwt_alg_values': ['ES256', 'ES384', 'ES512', 'Ed25519'],
  },
  mso_mdoc: { issuerauth_alg_values: [-7, -9, -35, -36, -8], deviceauth_alg_values: [-7, -9, -35, -36, -8] },
}

/** The audience of requests to wallets that are not known by metadata (OpenID4VP 1.0 section 5.8). */
const walletAudience = 'https://self-issued.me/v2'

/**
 * Signs a Request Object (RFC 9101, OpenID4VP 1.0 section 5).
 * @param walletNonce of the wallet, returned to it (section 5.10)
 */
export function signRequestObject(
  settings: VerifierSettings,
  body: RequestBody,
  walletNonce?: string,
): Promise<string> {
  const request = { ...toRequest(settings, body), ...(walletNonce !== undefined && { wallet_nonce: walletNonce }) }
  const { signer, clientId } = settings
  // A DID names its key, and a certificate brings it.
  const key = clientId.startsWith('decentralized_identifier:') ? { kid: signer.didUrl } : { x5c: x5cOf(signer) }
  return signJws(signer, { typ: 'oauth-authz-req+jwt', ...key }, request)
}

/** Where the response is sent, which an mdoc is bound to. */
export function toResponseUri({ publicUrl }: VerifierSettings, { ref }: RequestBody): string {
  return `${publicUrl}/responses/${ref}`
}

/** The parameters of a request; of an unsigned one they are all that there is. */
export function toRequest(settings: VerifierSettings, body: RequestBody) {
  const { clientId, nonce, state, dcql, origin, isEncrypted, isSigned, transactionData } = body
  const mode = `${origin === undefined ? 'direct_post' : 'dc_api'}${isEncrypted ? '.jwt' : ''}`
  return {
    response_type: 'vp_token',
    response_mode: mode,
    // Over the Digital Credentials API, an unsigned request has no client id: the origin is the one (appendix A.2).
    ...((isSigned || origin === undefined) && { client_id: clientId }),
    ...(isSigned && { aud: walletAudience }),
    nonce,
    dcql_query: dcql,
    client_metadata: toClientMetadata(body),
    ...(origin === undefined && { state, response_uri: toResponseUri(settings, body) }),
    ...(origin !== undefined && isSigned && { expected_origins: [origin] }),
    ...(transactionData.length > 0 && { transaction_data: transactionData.map(({ encoded }) => encoded) }),
  }
}

function toClientMetadata({ publicKey, isEncrypted }: RequestBody) {
  if (!isEncrypted) return { vp_formats_supported: supportedFormats }
  return {
    jwks: { keys: [{ ...publicKey, use: 'enc', alg: 'ECDH-ES' }] },
    encrypted_response_enc_values_supported: ['A128GCM', 'A256GCM'],
    vp_formats_supported: supportedFormats,
  }
}
