// A wallet for tests: it does what OpenID4VP says, or what a test changes.
import { createHash, verify, X509Certificate } from 'node:crypto'
import { calculateJwkThumbprint, CompactEncrypt, importJWK } from 'jose'
import { z } from 'zod'
import type { ClaimPath } from '../formats/claim-path.ts'
import { parseJws } from '../formats/jws.ts'
import type { HolderKey } from '../formats/keys.ts'
import { createMdoc, type MdocInput } from '../formats/mdoc/create-mdoc.ts'
import { fullDate } from '../formats/mdoc/dates.ts'
import { createDeviceResponse } from '../formats/mdoc/device-response.ts'
import { openid4vpTranscript, type SessionTranscript } from '../formats/mdoc/session-transcript.ts'
import { createSdJwt, type SdJwtInput } from '../formats/sd-jwt/create-sd-jwt.ts'
import { createKeyBinding } from '../formats/sd-jwt/key-binding.ts'
import { selectDisclosures } from '../formats/sd-jwt/select-disclosures.ts'
import type { CredentialSigner } from '../trust/credential-signer.ts'
import { createHolderKey } from './pki.ts'
import { statusUri } from './verifier-host.ts'
import { parseWalletRequest, type WalletRequest } from './wallet-request.ts'

export const nameSpace = 'eu.europa.ec.eudi.pid.1'

export const person = {
  given_name: 'Erika',
  family_name: 'Mustermann',
  birthdate: '1984-01-26',
  nationalities: ['DE', 'FR'],
  email: 'erika@example.com',
  address: { locality: 'Köln', country: 'DE' },
}

/** Fetches a request, and authenticates the verifier by `x509_hash`. */
export async function fetchRequest(uri: string): Promise<WalletRequest> {
  const parameters = new URL(uri).searchParams
  const response = await fetch(String(parameters.get('request_uri')), {
    method: 'POST',
    headers: { accept: 'application/oauth-authz-req+jwt' },
    body: new URLSearchParams({ wallet_nonce: 'wn', wallet_metadata: '{}' }),
  })
  const jwt = await response.text()
  if (response.status !== 200) throw new Error(`${response.status} ${jwt}`)
  const request = authenticateRequest(jwt)
  if (request.client_id !== parameters.get('client_id') || request.wallet_nonce !== 'wn') throw new Error('the request')
  return request
}

/** Verifies a Request Object as a wallet does. */
export function authenticateRequest(jwt: string): WalletRequest {
  const { header, payload } = parseJws(jwt, 'credential.malformed')
  const [x5c = ''] = z.array(z.string()).parse(header['x5c'])
  const der = Buffer.from(x5c, 'base64')
  const signed = jwt.slice(0, jwt.lastIndexOf('.'))
  const signature = Buffer.from(jwt.slice(signed.length + 1), 'base64url')
  const key = { key: new X509Certificate(der).publicKey, dsaEncoding: 'ieee-p1363' } as const
  if (header['typ'] !== 'oauth-authz-req+jwt' || !verify('sha256', Buffer.from(signed), key, signature))
    throw new Error('the request is not signed')
  const request = parseWalletRequest(payload)
  if (request.client_id !== `x509_hash:${createHash('sha256').update(der).digest('base64url')}`)
    throw new Error('the client id is another')
  return request
}

/** A credential in the wallet. */
export interface HeldCredential {
  readonly credential: string
  readonly key: HolderKey
}

/** Issues a PID as an SD-JWT VC. */
export async function issuePidSdJwt(
  signer: CredentialSigner,
  change: Partial<SdJwtInput> = {},
): Promise<HeldCredential> {
  const key = await createHolderKey()
  const now = Math.floor(Date.now() / 1000)
  const credential = await createSdJwt({
    signer,
    vct: 'urn:eudi:pid:1',
    claims: person,
    disclosure: 'all',
    holderKey: key.publicKey,
    issuedAt: now,
    expiresAt: now + 86_400,
    status: { uri: statusUri, index: 7 },
    ...change,
  })
  return { credential, key }
}

/** Issues a PID as an mdoc. */
export async function issuePidMdoc(signer: CredentialSigner, change: Partial<MdocInput> = {}): Promise<HeldCredential> {
  const key = await createHolderKey()
  const credential = await createMdoc({
    signer,
    docType: nameSpace,
    nameSpaces: {
      [nameSpace]: {
        given_name: 'Erika',
        family_name: 'Mustermann',
        birth_date: fullDate('1984-01-26'),
        nationality: ['DE', 'FR'],
        email_address: 'erika@example.com',
      },
    },
    holderKey: key.publicKey,
    signedAt: Date.now(),
    validFrom: Date.now(),
    validUntil: Date.now() + 86_400_000,
    status: { uri: statusUri, index: 8 },
    ...change,
  })
  return { credential, key }
}

/** What a test changes in a presentation of an SD-JWT VC. */
export interface SdJwtChange {
  /** `all`: the credential as it is, well-formed or not. */
  readonly paths?: readonly ClaimPath[] | 'all'
  readonly key?: HolderKey
  readonly nonce?: string
  readonly audience?: string
  readonly issuedAt?: number
  readonly transactionData?: readonly string[]
  /** Changes what is bound, before the key binding is made. */
  readonly bound?: (bound: string) => string
}

export const pidPaths: readonly ClaimPath[] = [['given_name'], ['family_name'], ['birthdate'], ['nationalities', null]]

/** Presents an SD-JWT VC to a request. */
export function presentSdJwt(request: WalletRequest, held: HeldCredential, change: SdJwtChange = {}): Promise<string> {
  const { paths = pidPaths, key = held.key, bound = (text) => text } = change
  const [origin] = request.expected_origins ?? []
  const selected = paths === 'all' ? held.credential : selectDisclosures(held.credential, paths)
  return createKeyBinding(bound(selected), {
    key,
    nonce: change.nonce ?? request.nonce,
    audience: change.audience ?? (origin === undefined ? request.client_id : `origin:${origin}`),
    issuedAt: change.issuedAt ?? Math.floor(Date.now() / 1000),
    transactionData: change.transactionData ?? request.transaction_data ?? [],
  })
}

/** What a test changes in a presentation of an mdoc. */
export interface MdocChange {
  readonly elements?: readonly (readonly [string, string])[]
  readonly key?: HolderKey
  readonly transcript?: SessionTranscript
  readonly binding?: {
    readonly clientId?: string
    readonly nonce?: string
    readonly responseUri?: string
    readonly origin?: string
  }
}

export const pidElements = ['given_name', 'family_name', 'birth_date', 'nationality'].map(
  (element) => [nameSpace, element] as const,
)

/** Presents an mdoc to a request. */
export async function presentMdoc(
  request: WalletRequest,
  held: HeldCredential,
  change: MdocChange = {},
): Promise<string> {
  const { elements = pidElements, key = held.key, binding } = change
  const transcript = change.transcript ?? (await transcriptOf(request, binding))
  return createDeviceResponse(held.credential, { elements, key, transcript })
}

async function transcriptOf(request: WalletRequest, change: MdocChange['binding'] = {}): Promise<SessionTranscript> {
  const [jwk] = request.client_metadata.jwks?.keys ?? []
  const jwkThumbprint = jwk && Buffer.from(await calculateJwkThumbprint(jwk), 'base64url')
  const nonce = change.nonce ?? request.nonce
  const [origin] = request.expected_origins ?? []
  if (origin !== undefined) return openid4vpTranscript({ origin: change.origin ?? origin, nonce, jwkThumbprint })
  const clientId = change.clientId ?? request.client_id
  return openid4vpTranscript({
    clientId,
    nonce,
    jwkThumbprint,
    responseUri: change.responseUri ?? String(request.response_uri),
  })
}

/** Encrypts a response to the key of the request. */
export async function encryptResponse(request: WalletRequest, content: object, enc = 'A256GCM'): Promise<string> {
  const [jwk] = request.client_metadata.jwks?.keys ?? []
  if (jwk === undefined) throw new Error('the request has no key')
  return new CompactEncrypt(Buffer.from(JSON.stringify(content)))
    .setProtectedHeader({ alg: 'ECDH-ES', enc, kid: jwk.kid })
    .encrypt(await importJWK(jwk, 'ECDH-ES'))
}

/** A reply of the verifier. */
export interface WalletReply {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
  readonly retryAfter: string | null
}

/** Sends presentations by direct_post.jwt. */
export async function respond(request: WalletRequest, vpToken: unknown, more: object = {}): Promise<WalletReply> {
  const response = await encryptResponse(request, { vp_token: vpToken, state: request.state, ...more })
  return postForm(String(request.response_uri), { response })
}

/** Posts a form, and reads the JSON reply. */
export async function postForm(url: string, parameters: Record<string, string>): Promise<WalletReply> {
  const reply = await fetch(url, { method: 'POST', body: new URLSearchParams(parameters) })
  const retryAfter = reply.headers.get('retry-after')
  return { status: reply.status, body: (await reply.json()) as Record<string, unknown>, retryAfter }
}

/** Posts JSON, and reads the JSON reply. */
export async function postJson(url: string, body: unknown, headers: Record<string, string> = {}) {
  const init = {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  }
  const reply = await fetch(url, init)
  return { status: reply.status, body: (await reply.json()) as Record<string, unknown> }
}
