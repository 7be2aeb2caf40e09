import { createHash, createPrivateKey, generateKeyPairSync, sign, verify, X509Certificate } from 'node:crypto'
import {
  createKeyBinding,
  createSdJwt,
  type HolderKey,
  localSigner,
  selectDisclosures,
} from '@billfold/credentials/formats'
import { CompactEncrypt, decodeJwt, decodeProtectedHeader, importJWK, type JWK } from 'jose'
import type { Signer } from './certificates.ts'

interface WalletRequest {
  readonly client_id: string
  readonly nonce: string
  readonly state: string
  readonly response_uri: string
  readonly client_metadata: { readonly jwks: { readonly keys: readonly JWK[] } }
}

/**
 * Does what a wallet does: fetches the request, checks who asks, and presents. A real wallet also shows its user who asks for what.
 * @param uri `openid4vp://…`
 * @returns the address that the browser continues at
 */
export async function present(uri: string, provider: Signer): Promise<string> {
  const request = await fetchRequest(uri)
  const { credential, key } = await issuePid(provider)
  const selected = selectDisclosures(credential, [
    ['given_name'],
    ['family_name'],
    ['birthdate'],
    ['nationalities', null],
  ])
  const presentation = await createKeyBinding(selected, {
    key,
    nonce: request.nonce,
    audience: request.client_id,
    issuedAt: Math.floor(Date.now() / 1000),
  })
  const [jwk] = request.client_metadata.jwks.keys
  if (jwk === undefined) throw new Error('The request has no key to encrypt the response to')
  const content = JSON.stringify({ state: request.state, vp_token: { 'pid-1': [presentation] } })
  const response = await new CompactEncrypt(Buffer.from(content))
    .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM', ...(jwk.kid !== undefined && { kid: jwk.kid }) })
    .encrypt(await importJWK(jwk, 'ECDH-ES'))
  const reply = await fetch(request.response_uri, { method: 'POST', body: new URLSearchParams({ response }) })
  const { redirect_uri: target }: { readonly redirect_uri?: string } = JSON.parse(await reply.text())
  if (target === undefined) throw new Error(`The shop has refused the presentation: ${reply.status}`)
  return target
}

/** The request is signed by the key of the certificate whose hash is the name of the verifier. */
async function fetchRequest(uri: string): Promise<WalletRequest> {
  const parameters = new URL(uri).searchParams
  const jwt = await (await fetch(parameters.get('request_uri') ?? '', { method: 'POST' })).text()
  const der = Buffer.from(decodeProtectedHeader(jwt).x5c?.[0] ?? '', 'base64')
  const end = jwt.lastIndexOf('.')
  const key = { key: new X509Certificate(der).publicKey, dsaEncoding: 'ieee-p1363' } as const
  const isSigned = verify('sha256', Buffer.from(jwt.slice(0, end)), key, Buffer.from(jwt.slice(end + 1), 'base64url'))
  const clientId = `x509_hash:${createHash('sha256').update(der).digest('base64url')}`
  if (!isSigned || parameters.get('client_id') !== clientId) throw new Error('The request is not by who it says')
  return decodeJwt<WalletRequest>(jwt)
}

/** What a PID provider does: a credential that is bound to a key of the wallet. */
async function issuePid(provider: Signer): Promise<{ readonly credential: string; readonly key: HolderKey }> {
  // Imported again, since Node 20 can hang when it exports a generated key as a JWK.
  const generated = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  const privateKey = createPrivateKey(generated.export({ type: 'pkcs8', format: 'pem' }))
  const { x = '', y = '' } = privateKey.export({ format: 'jwk' })
  const key: HolderKey = {
    publicKey: { kty: 'EC', crv: 'P-256', x, y },
    sign: (bytes) => sign('sha256', bytes, { key: privateKey, dsaEncoding: 'ieee-p1363' }),
  }
  const credential = await createSdJwt({
    signer: localSigner(provider),
    vct: 'urn:eudi:pid:1',
    claims: { given_name: 'Erika', family_name: 'Mustermann', birthdate: '1984-01-26', nationalities: ['DE'] },
    disclosure: 'all',
    holderKey: key.publicKey,
    expiresAt: Math.floor(Date.now() / 1000) + 86_400,
  })
  return { credential, key }
}
