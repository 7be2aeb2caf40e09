import type { ClaimPath } from '../claim-path.ts'
import { isJsonObject, type JsonObject } from '../json.ts'
import { Refusal } from '../refusal.ts'
import { computeDigest, type Disclosure, parseDisclosure } from './disclosure.ts'

/** Claims that must never be selectively disclosable, with all that is in them (SD-JWT VC section 2.2.2.3). */
export const undisclosableClaims: ReadonlySet<string> = new Set([
  'iss',
  'nbf',
  'exp',
  'cnf',
  'vct',
  'vct#integrity',
  'aka_vcts',
  'status',
])

const maxDepth = 16

/** A payload with its disclosures in place, and where each of them is. */
export interface ProcessedPayload {
  readonly claims: JsonObject
  readonly disclosed: readonly { readonly path: ClaimPath; readonly encoded: string }[]
}

/**
 * Puts the disclosures in their places (RFC 9901 section 7.1, steps 3 to 5).
 * @throws Refusal if a disclosure is not referenced by the payload, a digest or a disclosure appears twice, a disclosed claim
 *   overwrites another or must not be disclosed, or the payload nests deeper than 16 levels
 */
export function processPayload(payload: JsonObject, disclosures: readonly string[]): ProcessedPayload {
  const { _sd_alg: algorithm = 'sha-256', ...content } = payload
  const processing = new Processing(disclosures, algorithm)
  const claims = processing.processObject(content, [])
  processing.assertAllUsed()
  return { claims, disclosed: processing.disclosed }
}

/** A class because of what the traversal collects. */
class Processing {
  readonly disclosed: { readonly path: ClaimPath; readonly encoded: string }[] = []
  readonly #unused = new Map<string, Disclosure>()
  readonly #seen = new Set<string>()

  constructor(disclosures: readonly string[], algorithm: unknown) {
    for (const encoded of disclosures) {
      const digest = computeDigest(encoded, algorithm)
      if (this.#unused.has(digest)) throw new Refusal('disclosure.twice', 'a disclosure appears twice')
      this.#unused.set(digest, parseDisclosure(encoded))
    }
    // Computed also if there is no disclosure, so that an unknown algorithm is always refused.
    computeDigest('', algorithm)
  }

  assertAllUsed(): void {
    if (this.#unused.size > 0) throw new Refusal('disclosure.unreferenced', 'the issuer has signed no digest of it')
  }

  processObject(object: JsonObject, path: ClaimPath): JsonObject {
    const claims = new Map<string, unknown>()
    for (const [name, value] of Object.entries(object)) {
      if (name === '_sd') continue
      if (name === '...') throw new Refusal('credential.malformed', 'a claim is named "..."')
      claims.set(name, this.#process(value, [...path, name]))
    }
    for (const digest of listDigests(object['_sd'])) {
      const disclosure = this.#take(digest)
      if (disclosure === undefined) continue
      const { name, value, encoded } = disclosure
      if (name === undefined) throw new Refusal('credential.malformed', 'an element is disclosed as a claim')
      if (claims.has(name)) throw new Refusal('disclosure.overwrites', 'a disclosed claim is there already')
      const place = [...path, name]
      assertDisclosable(place)
      this.disclosed.push({ path: place, encoded })
      claims.set(name, this.#process(value, place))
    }
    return Object.fromEntries(claims)
  }

  #process(value: unknown, path: ClaimPath): unknown {
    if (path.length > maxDepth) throw new Refusal('credential.malformed', 'the payload is too deep')
    if (Array.isArray(value)) return this.#processArray(value, path)
    return isJsonObject(value) ? this.processObject(value, path) : value
  }

  #processArray(array: readonly unknown[], path: ClaimPath): readonly unknown[] {
    const elements: unknown[] = []
    for (const element of array) {
      const place = [...path, elements.length]
      if (!isJsonObject(element) || !('...' in element)) {
        elements.push(this.#process(element, place))
        continue
      }
      if (Object.keys(element).length !== 1)
        throw new Refusal('credential.malformed', 'a digest of an element has further members')
      const disclosure = this.#take(element['...'])
      if (disclosure === undefined) continue
      if (disclosure.name !== undefined) throw new Refusal('credential.malformed', 'a claim is disclosed as an element')
      assertDisclosable(place)
      this.disclosed.push({ path: place, encoded: disclosure.encoded })
      elements.push(this.#process(disclosure.value, place))
    }
    return elements
  }

  /** Takes the disclosure of a digest; undefined for a decoy and for what was not disclosed. */
  #take(digest: unknown): Disclosure | undefined {
    if (typeof digest !== 'string') throw new Refusal('credential.malformed', 'a digest is not text')
    if (this.#seen.has(digest)) throw new Refusal('disclosure.twice', 'a digest appears twice')
    this.#seen.add(digest)
    const disclosure = this.#unused.get(digest)
    this.#unused.delete(digest)
    return disclosure
  }
}

function listDigests(value: unknown): readonly unknown[] {
  if (value === undefined) return []
  if (!Array.isArray(value)) throw new Refusal('credential.malformed', '_sd is not an array')
  return value
}

function assertDisclosable([name]: ClaimPath): void {
  if (typeof name === 'string' && undisclosableClaims.has(name))
    throw new Refusal('disclosure.forbidden', `${name} must not be selectively disclosable`)
}
