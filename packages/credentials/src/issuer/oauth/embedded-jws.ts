import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto'
import { isCanonicalJws, parseBase64url } from '@billfold/core/modules'
import { type JsonObject, parseJsonObject } from '../../formats/json.ts'
import type { EcJwk } from '../../formats/keys.ts'

/** A JWS whose header has the key that signed it: a DPoP proof or a key proof. */
export interface EmbeddedJws {
  readonly header: JsonObject
  readonly payload: JsonObject
  /** The key without anything that is not part of it. */
  readonly jwk: EcJwk
  /** RFC 7638, SHA-256. */
  readonly thumbprint: string
}

const maxLength = 16 * 1024

/**
 * Verifies a JWS by the P-256 key in its header: ES256 only, canonical base64url, no private part.
 * @param importKey returns undefined if the point of the key is not on the curve
 * @returns undefined for anything else
 */
export function verifyEmbeddedJws(text: string, typ: string, importKey = toKeyObject): EmbeddedJws | undefined {
  const parsed = parseEs256(text, typ)
  const jwk = parsed === undefined ? undefined : toEcJwk(parsed.header['jwk'])
  if (parsed === undefined || jwk === undefined) return undefined
  const key = importKey(jwk)
  if (key === undefined || !verifyEs256(text, key)) return undefined
  return { ...parsed, jwk, thumbprint: computeThumbprint(jwk) }
}

/**
 * Parses a JWS with `alg` ES256 and this `typ`, unverified.
 * @param limit characters; longer ones are refused
 */
export function parseEs256(
  text: string,
  typ: string,
  limit = maxLength,
): { readonly header: JsonObject; readonly payload: JsonObject } | undefined {
  if (text.length > limit || !isCanonicalJws(text)) return undefined
  const [header, payload] = text.split('.').map((part) => parseJsonObject(parseBase64url(part) ?? new Uint8Array()))
  if (header === undefined || payload === undefined) return undefined
  // RFC 7515 section 4.1.11: nothing critical is understood here.
  if (header['alg'] !== 'ES256' || header['typ'] !== typ || 'crit' in header) return undefined
  return { header, payload }
}

/** Verifies the signature of a JWS in compact serialization. */
export function verifyEs256(text: string, key: KeyObject): boolean {
  const end = text.lastIndexOf('.')
  const signature = parseBase64url(text.slice(end + 1))
  if (signature?.length !== 64 || key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') return false
  return verify('sha256', Buffer.from(text.slice(0, end)), { key, dsaEncoding: 'ieee-p1363' }, signature)
}

/** Takes the public P-256 key out of a JWK; undefined for any other, and for one with a private part. */
export function toEcJwk(value: unknown): EcJwk | undefined {
  if (typeof value !== 'object' || value === null || 'd' in value || 'k' in value) return undefined
  const { kty, crv, x, y }: { kty?: unknown; crv?: unknown; x?: unknown; y?: unknown } = value
  if (kty !== 'EC' || crv !== 'P-256' || !isCoordinate(x) || !isCoordinate(y)) return undefined
  return { kty, crv, x, y }
}

function isCoordinate(value: unknown): value is string {
  return typeof value === 'string' && value.length === 43 && parseBase64url(value)?.length === 32
}

/** Imports a key; undefined if its point is not on the curve. */
export function toKeyObject({ kty, crv, x, y }: EcJwk): KeyObject | undefined {
  try {
    return createPublicKey({ key: { kty, crv, x, y }, format: 'jwk' })
  } catch {
    return undefined
  }
}

/** Computes the thumbprint of a key (RFC 7638 section 3). */
export function computeThumbprint({ crv, kty, x, y }: EcJwk): string {
  return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url')
}
