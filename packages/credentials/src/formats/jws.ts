import { type KeyObject, verify } from 'node:crypto'
import { isCanonicalJws, parseBase64url } from '@billfold/core/modules'
import { type JsonObject, parseJsonObject } from './json.ts'
import { algorithmOf, hashOf, type HolderKey } from './keys.ts'
import { Refusal, type RefusalCode } from './refusal.ts'

/** A JWS whose signature has been verified. */
export interface VerifiedJws {
  readonly header: JsonObject
  readonly payload: JsonObject
}

/** What {@link verifyJws} needs. */
export interface JwsExpectation {
  /** The value of `typ` (RFC 8725 section 3.11). */
  readonly typ: string
  /** Finds the key from the unverified header and payload; throws a Refusal if there is none. */
  readonly resolveKey: (header: JsonObject, payload: JsonObject) => Promise<KeyObject> | KeyObject
  /** The refusals of a malformed JWS, of a wrong signature, and of another `typ`. */
  readonly refusals: { readonly malformed: RefusalCode; readonly signature: RefusalCode; readonly typ: RefusalCode }
}

/** Parses a JWS in compact serialization without verifying it. Canonical base64url, JSON objects in header and payload. */
export function parseJws(text: string, malformed: RefusalCode): VerifiedJws {
  const [header, payload] = text.split('.', 2).map((part) => parseBase64url(part))
  const parsed = {
    header: header === undefined ? undefined : parseJsonObject(header),
    payload: payload === undefined ? undefined : parseJsonObject(payload),
  }
  if (!isCanonicalJws(text) || parsed.header === undefined || parsed.payload === undefined)
    throw new Refusal(malformed, 'no JWS in compact serialization')
  return { header: parsed.header, payload: parsed.payload }
}

/**
 * Verifies a JWS in compact serialization (RFC 7515 section 7.1). The algorithm is the one of the key, never one that the JWS
 * chooses: symmetric algorithms and `none` are refused.
 * @throws Refusal
 */
export async function verifyJws(text: string, { typ, resolveKey, refusals }: JwsExpectation): Promise<VerifiedJws> {
  const { header, payload } = parseJws(text, refusals.malformed)
  const key = await resolveKey(header, payload)
  if (!isSignatureValid(text, header, key)) throw new Refusal(refusals.signature, 'the signature does not verify')
  if (header['typ'] !== typ) throw new Refusal(refusals.typ, `typ is not ${typ}`)
  return { header, payload }
}

/** node:crypto, since it costs half of Web Crypto, which libraries verify with. Critical headers (RFC 7515 section 4.1.11) are refused. */
function isSignatureValid(text: string, { alg, crit }: JsonObject, key: KeyObject): boolean {
  const algorithm = algorithmOf(key)
  const isNamed = alg === algorithm || (alg === 'EdDSA' && algorithm === 'Ed25519')
  if (algorithm === undefined || !isNamed || crit !== undefined) return false
  const end = text.lastIndexOf('.')
  const signature = parseBase64url(text.slice(end + 1))
  if (signature === undefined) return false
  const signed = Buffer.from(text.slice(0, end), 'ascii')
  return verify(hashOf[algorithm], signed, { key, dsaEncoding: 'ieee-p1363' }, signature)
}

/** Signs a JWS in compact serialization with ES256. */
export async function signJws(
  { sign }: Pick<HolderKey, 'sign'>,
  header: JsonObject & { readonly typ: string },
  payload: JsonObject,
): Promise<string> {
  const signed = `${encodeJson({ alg: 'ES256', ...header })}.${encodeJson(payload)}`
  const signature = await sign(Buffer.from(signed, 'ascii'))
  return `${signed}.${Buffer.from(signature).toString('base64url')}`
}

function encodeJson(value: JsonObject): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
