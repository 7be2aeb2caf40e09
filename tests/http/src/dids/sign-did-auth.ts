import { createHash, type KeyObject, randomUUID, sign } from 'node:crypto'
import { getBytes, type SigningKey } from 'ethers'

/** A DID and its key. */
export interface DidKey {
  readonly did: string
  readonly address: string
  readonly key: SigningKey
}

/** The content of a token, which may be invalid. */
export interface DidAuthInput {
  readonly did: string
  readonly act: string
  /** The body that the token covers, as sent. */
  readonly body: string
  readonly aud: unknown
  readonly exp?: unknown
  readonly jti?: unknown
  readonly header?: Readonly<Record<string, unknown>>
  readonly claims?: Readonly<Record<string, unknown>>
}

/** Hashes a body with SHA-256, base64url. */
export function hashBody(body: string): string {
  return createHash('sha256').update(body).digest('base64url')
}

/** Signs a token with ES256K (RFC 8812). */
export function signEs256k(key: SigningKey, input: DidAuthInput): string {
  return compactJws({ alg: 'ES256K', typ: 'JWT' }, input, (text) => rawSignature(key, text).subarray(0, 64))
}

/** Signs a token with ES256K-R: the signature followed by a recovery byte. */
export function signEs256kRecoverable(key: SigningKey, input: DidAuthInput): string {
  return compactJws({ alg: 'ES256K-R', typ: 'JWT' }, input, (text) => rawSignature(key, text))
}

/** Signs a token with EdDSA (RFC 8037). */
export function signEdDsa(key: KeyObject, input: DidAuthInput): string {
  return compactJws({ alg: 'EdDSA', typ: 'JWT' }, input, (text) => sign(null, Buffer.from(text), key))
}

function rawSignature(key: SigningKey, text: string): Buffer {
  const { r, s, yParity } = key.sign(createHash('sha256').update(text).digest())
  return Buffer.concat([getBytes(r), getBytes(s), Buffer.of(yParity)])
}

function compactJws(header: object, input: DidAuthInput, signature: (text: string) => Buffer): string {
  const { did, act, body, aud, exp = Math.floor(Date.now() / 1000) + 300, jti = randomUUID() } = input
  const claims = { iss: did, aud, exp, jti, act, bod: hashBody(body), ...input.claims }
  const text = `${encodePart({ ...header, ...input.header })}.${encodePart(claims)}`
  return `${text}.${signature(text).toString('base64url')}`
}

function encodePart(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
