// A wallet of nothing but the wire: what OpenID4VCI says, and whatever a test changes.
import { createHash, randomUUID, type webcrypto } from 'node:crypto'
import type { MountableApi } from '@billfold/core/http'
import { createRouteMatcher } from '@billfold/core/http'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { z } from 'zod'

export const preAuthorizedGrant = 'urn:ietf:params:oauth:grant-type:pre-authorized_code'

/** A reply of the issuer. */
export interface WireReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body: Readonly<Record<string, unknown>>
  readonly text: string
}

export interface SentRequest {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: unknown
  readonly form?: Readonly<Record<string, string>>
  readonly jwt?: string
}

/** Sends requests to an API in this process. */
export type Send = (path: string, request?: SentRequest) => Promise<WireReply>

const objectSchema = z.record(z.string(), z.unknown())

/** Creates a function that sends requests to a mounted API, as an adapter does. */
export function sendTo(api: MountableApi, mount = ''): Send {
  const match = createRouteMatcher(api.routes)
  return async (target, { method = 'POST', headers = {}, json, form, jwt } = {}) => {
    const [path = '', query = ''] = target.split('?')
    const matched = match(method, path)
    if (matched === undefined) throw new Error(`no route: ${method} ${path}`)
    const text = jwt ?? (form === undefined ? JSON.stringify(json) : new URLSearchParams(form).toString())
    const type =
      jwt !== undefined
        ? 'application/jwt'
        : form !== undefined
          ? 'application/x-www-form-urlencoded'
          : 'application/json'
    const hasBody = text !== undefined
    const reply = await api.handle(matched.route, {
      method,
      path,
      mount,
      params: matched.params,
      query,
      headers: { ...(hasBody && { 'content-type': type }), ...headers },
      ip: '203.0.113.7',
      body: hasBody ? { kind: 'parsed', value: text } : { kind: 'none' },
      signal: new AbortController().signal,
    })
    const sent = typeof reply.body === 'string' ? reply.body : ''
    return { status: reply.status, headers: reply.headers, body: toObject(sent), text: sent }
  }
}

function toObject(text: string): Readonly<Record<string, unknown>> {
  try {
    return objectSchema.parse(JSON.parse(text))
  } catch {
    return {}
  }
}

/** A P-256 key of a wallet. */
export interface WalletKey {
  readonly jwk: JWK
  readonly thumbprint: string
  readonly privateKey: webcrypto.CryptoKey
}

export async function createWalletKey(): Promise<WalletKey> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk = await exportJWK(publicKey)
  return { jwk, thumbprint: await calculateJwkThumbprint(jwk), privateKey }
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64url')

export interface DpopInput {
  readonly method?: string
  readonly token?: string
  readonly jti?: string
  readonly iat?: number
  readonly nonce?: string
  readonly typ?: string
}

/** Signs a DPoP proof. */
export function signDpop(
  { jwk, privateKey }: WalletKey,
  url: string,
  { method = 'POST', token, jti = randomUUID(), iat = now(), nonce, typ = 'dpop+jwt' }: DpopInput = {},
): Promise<string> {
  const ath = token === undefined ? {} : { ath: sha256(token) }
  return new SignJWT({ jti, htm: method, htu: url, iat, ...ath, ...(nonce !== undefined && { nonce }) })
    .setProtectedHeader({ alg: 'ES256', typ, jwk })
    .sign(privateKey)
}

export interface ProofInput {
  readonly aud?: string
  readonly nonce?: string
  readonly typ?: string
  readonly iat?: number
  readonly header?: Readonly<Record<string, unknown>>
}

/** Signs a key proof. */
export function signProof(
  { jwk, privateKey }: WalletKey,
  { aud = '', nonce, typ = 'openid4vci-proof+jwt', iat = now(), header = {} }: ProofInput,
): Promise<string> {
  return new SignJWT({ aud, iat, ...(nonce !== undefined && { nonce }) })
    .setProtectedHeader({ alg: 'ES256', typ, jwk, ...header })
    .sign(privateKey)
}

export const now = (): number => Math.floor(Date.now() / 1000)

/** A wallet of an issuer. */
export interface WalletClient {
  readonly key: WalletKey
  readonly publicUrl: string
  readonly send: Send
  /** Redeems the pre-authorized code of an offer. */
  readonly redeem: (offerUri: string, form?: Readonly<Record<string, string>>) => Promise<WireReply>
  readonly nonce: () => Promise<string>
  readonly post: (path: string, token: string, request?: SentRequest, dpop?: DpopInput) => Promise<WireReply>
  /** Requests a credential for new keys. */
  readonly request: (token: string, configuration: string, count?: number) => Promise<WireReply>
}

/** Creates a wallet with a DPoP key. */
export async function createWalletClient(api: MountableApi, publicUrl: string): Promise<WalletClient> {
  const key = await createWalletKey()
  const send = sendTo(api)
  const post: WalletClient['post'] = async (path, token, request = {}, dpop = {}) => {
    const proof = await signDpop(key, publicUrl + path, { token, ...dpop })
    return send(path, { ...request, headers: { authorization: `DPoP ${token}`, dpop: proof, ...request.headers } })
  }
  const nonce = async (): Promise<string> => String((await send('/nonce')).body['c_nonce'])
  return {
    key,
    publicUrl,
    send,
    post,
    nonce,
    redeem: async (offerUri, form = {}) => {
      const code = await findCode(send, offerUri)
      const dpop = await signDpop(key, `${publicUrl}/token`)
      return send('/token', {
        headers: { dpop },
        form: { grant_type: preAuthorizedGrant, 'pre-authorized_code': code, ...form },
      })
    },
    request: async (token, configuration, count = 1) => {
      const c_nonce = await nonce()
      const keys = await Promise.all(Array.from({ length: count }, createWalletKey))
      const jwt = await Promise.all(keys.map((one) => signProof(one, { aud: publicUrl, nonce: c_nonce })))
      return post('/credential', token, { json: { credential_configuration_id: configuration, proofs: { jwt } } })
    },
  }
}

const offerSchema = z.object({
  grants: z.object({ [preAuthorizedGrant]: z.object({ 'pre-authorized_code': z.string() }) }),
})

/** Fetches an offer by reference and returns its code. */
export async function findCode(send: Send, offerUri: string): Promise<string> {
  const reference = new URL(offerUri).searchParams.get('credential_offer_uri') ?? ''
  const path = `/offers/${reference.split('/').at(-1) ?? ''}`
  const { body } = await send(path, { method: 'GET' })
  return offerSchema.parse(body).grants[preAuthorizedGrant]['pre-authorized_code']
}

/** The access token of a token reply. */
export function tokenOf({ body, text }: WireReply): string {
  if (typeof body['access_token'] !== 'string') throw new Error(`no token: ${text}`)
  return body['access_token']
}

/** The credentials of a credential reply. */
export function credentialsOf({ body, text }: WireReply): readonly string[] {
  const parsed = z.object({ credentials: z.array(z.object({ credential: z.string() })) }).safeParse(body)
  if (!parsed.success) throw new Error(`no credentials: ${text}`)
  return parsed.data.credentials.map(({ credential }) => credential)
}

/** The hash of what a consent page shows, from the form of the page. */
export function consentOf({ text }: WireReply): string {
  return /name="consent" value="([\w-]+)"/.exec(text)?.[1] ?? ''
}
