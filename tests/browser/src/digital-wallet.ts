import type { CredentialSigner } from '@billfold/credentials/formats'
import { presentMembership } from '@billfold/issuance-tests'
import { CompactEncrypt, decodeJwt, importJWK, type JWK } from 'jose'

interface WalletRequest {
  readonly nonce: string
  readonly dcql_query: { readonly credentials: readonly { readonly id: string }[] }
  readonly client_metadata: { readonly jwks: { readonly keys: readonly JWK[] } }
}

/**
 * Answers a signed request as a wallet does that the browser passes it to, with the origin of the page.
 * @returns what the wallet gives to the browser: the encrypted response
 */
export async function answerPage(request: string, origin: string, issuer: CredentialSigner): Promise<string> {
  const { nonce, dcql_query: query, client_metadata: metadata } = decodeJwt<WalletRequest>(request)
  const [jwk] = metadata.jwks.keys
  const [asked] = query.credentials
  if (jwk === undefined || asked === undefined) throw new Error('the request has no key or asks for nothing')
  const vpToken = { [asked.id]: [await presentMembership(issuer, { nonce, audience: `origin:${origin}` })] }
  return new CompactEncrypt(Buffer.from(JSON.stringify({ vp_token: vpToken })))
    .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM', ...(jwk.kid !== undefined && { kid: jwk.kid }) })
    .encrypt(await importJWK(jwk, 'ECDH-ES'))
}
