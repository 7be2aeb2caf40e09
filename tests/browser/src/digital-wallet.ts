import { generateKeyPairSync, sign } from 'node:crypto'
import { createKeyBinding, createSdJwt, type CredentialSigner, type HolderKey } from '@billfold/credentials/formats'
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
  const vpToken = { [asked.id]: [await present(nonce, origin, issuer)] }
  return new CompactEncrypt(Buffer.from(JSON.stringify({ vp_token: vpToken })))
    .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM', ...(jwk.kid !== undefined && { kid: jwk.kid }) })
    .encrypt(await importJWK(jwk, 'ECDH-ES'))
}

async function present(nonce: string, origin: string, signer: CredentialSigner): Promise<string> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { x = '', y = '' } = privateKey.export({ format: 'jwk' })
  const key: HolderKey = {
    publicKey: { kty: 'EC', crv: 'P-256', x, y },
    sign: (bytes) => sign('sha256', bytes, { key: privateKey, dsaEncoding: 'ieee-p1363' }),
  }
  const issuedAt = Math.floor(Date.now() / 1000)
  const credential = await createSdJwt({
    signer,
    vct: 'urn:example:membership:1',
    claims: { level: 'gold' },
    disclosure: 'all',
    holderKey: key.publicKey,
    expiresAt: issuedAt + 86_400,
  })
  return createKeyBinding(credential, { key, nonce, audience: `origin:${origin}`, issuedAt })
}
