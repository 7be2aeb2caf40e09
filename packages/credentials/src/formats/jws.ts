import type { KeyObject } from 'node:crypto'
import { isCanonicalJws, parseBase64url } from '@billfold/core/modules'
import { compactVerify } from 'jose'
import { type JsonObject, parseJsonObject } from './json.ts'
import { algorithmOf, type HolderKey } from './keys.ts'
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
  const algorithm = algorithmOf(key)
  const algorithms = algorithm === 'Ed25519' ? ['Ed25519', 'EdDSA'] : algorithm === undefined ? [] : [algorithm]
  try {
    await compactVerify(text, key, { algorithms })
  } catch (error) {
    throw new Refusal(refusals.signature, 'the signature does not verify', { cause: error })
  }
  if (header['typ'] !== typ) throw new Refusal(refusals.typ, `typ is not ${typ}`)
  return { header, payload }
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
