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
  return signJws(settings.signer, { typ: 'oauth-authz-req+jwt', x5c: x5cOf(settings.signer) }, request)
}

/** Where the response is sent, which an mdoc is bound to. */
export function toResponseUri({ publicUrl }: VerifierSettings, { ref }: RequestBody): string {
  return `${publicUrl}/responses/${ref}`
}

function toRequest(settings: VerifierSettings, body: RequestBody) {
  const { clientId, nonce, state, dcql, origin, isEncrypted, transactionData } = body
  const mode = `${origin === undefined ? 'direct_post' : 'dc_api'}${isEncrypted ? '.jwt' : ''}`
  return {
    response_type: 'vp_token',
    response_mode: mode,
    client_id: clientId,
    aud: walletAudience,
    nonce,
    dcql_query: dcql,
    client_metadata: toClientMetadata(body),
    ...(origin === undefined ? { state, response_uri: toResponseUri(settings, body) } : { expected_origins: [origin] }),
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
