import { createHash, type KeyObject, randomUUID, sign } from 'node:crypto'
import { getBytes, type SigningKey } from 'ethers'

/** Who has a DID, and its key. */
export interface KeyHolder {
  readonly did: string
  readonly address: string
  readonly key: SigningKey
}

/** What goes into a token; anything may be wrong with it. */
export interface TokenInput {
  readonly did: string
  readonly act: string
  /** The body that it is for, as it is sent. */
  readonly body: string
  readonly aud: unknown
  readonly exp?: unknown
  readonly jti?: unknown
  readonly header?: Readonly<Record<string, unknown>>
  readonly claims?: Readonly<Record<string, unknown>>
}

/** SHA-256 of a body, base64url. */
export function bodyHash(body: string): string {
  return createHash('sha256').update(body).digest('base64url')
}

/** A token signed with ES256K (RFC 8812). */
export function es256k(key: SigningKey, input: TokenInput): string {
  return compact({ alg: 'ES256K', typ: 'JWT' }, input, (text) => rawSignature(key, text).subarray(0, 64))
}

/** A token signed with ES256K-R: a recovery byte behind the signature. */
export function es256kr(key: SigningKey, input: TokenInput): string {
  return compact({ alg: 'ES256K-R', typ: 'JWT' }, input, (text) => rawSignature(key, text))
}

/** A token signed with EdDSA (RFC 8037). */
export function edDsa(key: KeyObject, input: TokenInput): string {
  return compact({ alg: 'EdDSA', typ: 'JWT' }, input, (text) => sign(null, Buffer.from(text), key))
}

function rawSignature(key: SigningKey, text: string): Buffer {
  const { r, s, yParity } = key.sign(createHash('sha256').update(text).digest())
  return Buffer.concat([getBytes(r), getBytes(s), Buffer.of(yParity)])
}

function compact(header: object, input: TokenInput, signature: (text: string) => Buffer): string {
  const { did, act, body, aud, exp = Math.floor(Date.now() / 1000) + 300, jti = randomUUID() } = input
  const claims = { iss: did, aud, exp, jti, act, bod: bodyHash(body), ...input.claims }
  const text = `${part({ ...header, ...input.header })}.${part(claims)}`
  return `${text}.${signature(text).toString('base64url')}`
}

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
