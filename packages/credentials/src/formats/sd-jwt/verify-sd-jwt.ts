import type { KeyObject } from 'node:crypto'
import type { ClaimPath } from '../claim-path.ts'
import type { JsonObject } from '../json.ts'
import { verifyJws } from '../jws.ts'
import { Refusal } from '../refusal.ts'
import { parseSdJwt, type SdJwtParts } from './parse-sd-jwt.ts'
import { processPayload } from './process-payload.ts'

/** A verified SD-JWT VC. Whether its holder presents it is verified by `verifyKeyBinding`. */
export interface VerifiedSdJwt extends SdJwtParts {
  readonly header: JsonObject
  /** As signed: with digests. */
  readonly payload: JsonObject
  /** With the disclosed claims in place, without digests. */
  readonly claims: JsonObject
  /** The type, of the claim `vct`. */
  readonly vct: string
  /** The place of each disclosed claim, member and element. */
  readonly disclosed: readonly ClaimPath[]
}

/** What {@link verifySdJwt} needs. */
export interface SdJwtExpectation {
  /**
   * Finds the issuer's key from the unverified header and payload: by a certificate path to a trust anchor that is good for the
   * type. Throws a Refusal if there is none. Keys in the header itself (`jwk`, `jku`, `x5u`) must not be trusted.
   */
  readonly resolveKey: (header: JsonObject, payload: JsonObject) => Promise<KeyObject> | KeyObject
  /** In epoch milliseconds. */
  readonly now: number
  /** Tolerance for clocks, in seconds. Default: 60. */
  readonly skewSeconds?: number
}

const refusals = {
  malformed: 'credential.malformed',
  signature: 'credential.signature',
  typ: 'credential.type',
} as const

/**
 * Verifies an SD-JWT VC: signature, `typ`, `vct`, times and disclosures (RFC 9901 section 7.1, SD-JWT VC section 2.5).
 *
 * @param text the SD-JWT or SD-JWT+KB in compact serialization
 * @throws Refusal
 */
export async function verifySdJwt(text: string, expectation: SdJwtExpectation): Promise<VerifiedSdJwt> {
  const parts = parseSdJwt(text)
  const { resolveKey, now, skewSeconds = 60 } = expectation
  const { header, payload } = await verifyJws(parts.jwt, { typ: 'dc+sd-jwt', resolveKey, refusals })
  const { vct } = payload
  if (typeof vct !== 'string') throw new Refusal('credential.malformed', 'vct is missing')
  assertTimes(payload, now / 1000, skewSeconds)
  const { claims, disclosed } = processPayload(payload, parts.disclosures)
  return { ...parts, header, payload, claims, vct, disclosed: disclosed.map(({ path }) => path) }
}

function assertTimes(payload: JsonObject, now: number, skew: number): void {
  const [expiresAt, notBefore] = ['exp', 'nbf', 'iat'].map((name) => {
    const time = payload[name]
    if (time === undefined || (typeof time === 'number' && Number.isFinite(time))) return time
    throw new Refusal('credential.malformed', `${name} is not a number`)
  })
  if (typeof expiresAt === 'number' && now >= expiresAt + skew)
    throw new Refusal('credential.expired', 'exp has passed')
  if (typeof notBefore === 'number' && now < notBefore - skew) throw new Refusal('credential.not-yet', 'nbf is to come')
}
