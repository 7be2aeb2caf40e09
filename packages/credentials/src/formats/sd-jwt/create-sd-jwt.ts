import { randomInt } from 'node:crypto'
import type { CredentialSigner } from '../../trust/credential-signer.ts'
import { isJsonObject, type JsonObject } from '../json.ts'
import { signJws } from '../jws.ts'
import type { EcJwk } from '../keys.ts'
import { createSalt } from '../salts.ts'
import { createDisclosure } from './disclosure.ts'
import { undisclosableClaims } from './process-payload.ts'

/**
 * Which claims are selectively disclosable, by name: true for the claim as a whole, a frame also for its members, an array with
 * one entry also for its elements.
 *
 * @example
 * ```ts
 * import type { DisclosureFrame } from '@billfold/credentials/formats'
 *
 * const frame: DisclosureFrame = { given_name: true, address: { locality: true }, nationalities: [true] }
 * ```
 */
export interface DisclosureFrame {
  readonly [claim: string]: boolean | DisclosureFrame | readonly [true | DisclosureFrame]
}

/** `all`: every claim, member and element, as PIDs must be. `top-level`: whole claims. Or a frame. */
export type Disclosure = 'all' | 'top-level' | DisclosureFrame

/** Input of {@link createSdJwt}. Times in seconds since 1970. */
export interface SdJwtInput {
  readonly signer: CredentialSigner
  /** The type: `urn:eudi:pid:1`. */
  readonly vct: string
  readonly claims: JsonObject
  readonly disclosure: Disclosure
  /** The key that it is bound to. Without one, whoever has it can present it. */
  readonly holderKey?: EcJwk
  /** Only where the certificate names it. */
  readonly issuer?: string
  /** The `kid` of its key among those that the issuer publishes. */
  readonly keyId?: string
  readonly issuedAt?: number
  readonly notBefore?: number
  readonly expiresAt?: number
  /** Its place in a status list (Token Status List section 6.1). */
  readonly status?: { readonly uri: string; readonly index: number }
}

/** The algorithm of the digests. */
const hashName = 'sha-256'

type Rule = boolean | 'all' | DisclosureFrame | readonly [true | DisclosureFrame]

/**
 * Issues an SD-JWT VC: ES256, the certificates in `x5c`, salts of 128 bits, one to three decoy digests an object that conceals
 * something, digests in random order (RFC 9901 section 10).
 *
 * @returns the SD-JWT in compact serialization, ending with a tilde
 * @throws RangeError if a claim that must not be disclosable is among the claims
 */
export async function createSdJwt(input: SdJwtInput): Promise<string> {
  const { signer, vct, claims, disclosure, holderKey, issuer, keyId, issuedAt, notBefore, expiresAt, status } = input
  const reserved = Object.keys(claims).find((name) => undisclosableClaims.has(name) || name === '_sd_alg')
  if (reserved !== undefined) throw new RangeError(`claims.${reserved} is set by the issuer, not by the dataset`)
  const disclosures: string[] = []
  const concealed = concealObject(claims, disclosure === 'top-level' ? topLevel(claims) : disclosure, disclosures)
  const payload = {
    ...concealed,
    vct,
    _sd_alg: hashName,
    ...(issuer !== undefined && { iss: issuer }),
    ...(issuedAt !== undefined && { iat: issuedAt }),
    ...(notBefore !== undefined && { nbf: notBefore }),
    ...(expiresAt !== undefined && { exp: expiresAt }),
    ...(holderKey && { cnf: { jwk: { kty: holderKey.kty, crv: holderKey.crv, x: holderKey.x, y: holderKey.y } } }),
    ...(status && { status: { status_list: { idx: status.index, uri: status.uri } } }),
  }
  const x5c = signer.certificates.map((certificate) => Buffer.from(certificate).toString('base64'))
  const jwt = await signJws(signer, { typ: 'dc+sd-jwt', x5c, ...(keyId !== undefined && { kid: keyId }) }, payload)
  return [jwt, ...disclosures, ''].join('~')
}

function topLevel(claims: JsonObject): DisclosureFrame {
  return Object.fromEntries(Object.keys(claims).map((name) => [name, true]))
}

function concealObject(object: JsonObject, frame: 'all' | DisclosureFrame, disclosures: string[]): JsonObject {
  const open: [string, unknown][] = []
  const digests: string[] = []
  for (const [name, value] of Object.entries(object)) {
    const rule = frame === 'all' ? 'all' : Object.hasOwn(frame, name) ? frame[name] : undefined
    if (rule === undefined || rule === false) {
      open.push([name, value])
      continue
    }
    const { encoded, digest } = createDisclosure(concealInside(value, rule, disclosures), name)
    disclosures.push(encoded)
    digests.push(digest)
  }
  if (digests.length === 0) return Object.fromEntries(open)
  const decoys = Array.from({ length: 1 + randomInt(3) }, () => createSalt(32).toString('base64url'))
  return { ...Object.fromEntries(open), _sd: shuffle([...digests, ...decoys]) }
}

function concealInside(value: unknown, rule: Rule, disclosures: string[]): unknown {
  if (rule === true || rule === false) return value
  if (Array.isArray(value)) {
    const inner: Rule = rule === 'all' ? 'all' : isElementRule(rule) ? rule[0] : true
    const conceals = rule === 'all' || isElementRule(rule)
    return value.map((element: unknown) => (conceals ? concealElement(element, inner, disclosures) : element))
  }
  if (!isJsonObject(value) || isElementRule(rule)) return value
  return concealObject(value, rule, disclosures)
}

function concealElement(element: unknown, rule: Rule, disclosures: string[]): JsonObject {
  const { encoded, digest } = createDisclosure(concealInside(element, rule, disclosures))
  disclosures.push(encoded)
  return { '...': digest }
}

function isElementRule(rule: Rule): rule is readonly [true | DisclosureFrame] {
  return Array.isArray(rule)
}

/** Shuffles by random keys, so that the order says nothing of the claims. */
function shuffle<T>(list: readonly T[]): readonly T[] {
  const keyed = list.map((item) => ({ item, key: randomInt(2 ** 47) }))
  return keyed.sort((left, right) => left.key - right.key).map(({ item }) => item)
}
