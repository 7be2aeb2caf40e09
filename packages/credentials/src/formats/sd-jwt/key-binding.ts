import { isJsonObject } from '../json.ts'
import { signJws, verifyJws } from '../jws.ts'
import { type HolderKey, parsePublicJwk } from '../keys.ts'
import { Refusal } from '../refusal.ts'
import { computeDigest } from './disclosure.ts'
import type { VerifiedSdJwt } from './verify-sd-jwt.ts'

/** What a key binding JWT must be over (RFC 9901 section 7.3, OpenID4VP 1.0 section 14.1.2). */
export interface KeyBindingExpectation {
  readonly nonce: string
  /** The whole client id, with its prefix; over the Digital Credentials API `origin:` and the origin. */
  readonly audience: string
  /** In epoch milliseconds. */
  readonly now: number
  /** The transaction data of this credential as they were in the request, base64url. Default: none. */
  readonly transactionData?: readonly string[]
}

const maxAgeSeconds = 300
const skewSeconds = 60

const refusals = {
  malformed: 'holder-binding.signature',
  signature: 'holder-binding.signature',
  typ: 'holder-binding.signature',
} as const

/**
 * Verifies that the holder of a credential presents it here and now: `typ`, signature by the key of `cnf`, `nonce`, `aud`,
 * `sd_hash`, `iat` within five minutes, and the hashes of transaction data.
 * @throws Refusal `holder-binding.missing`, `.signature`, `.nonce`, `.audience`, `.hash`, `.time`, `transaction-data.hash`
 */
export async function verifyKeyBinding(sdJwt: VerifiedSdJwt, expectation: KeyBindingExpectation): Promise<void> {
  if (sdJwt.keyBinding === undefined) throw new Refusal('holder-binding.missing', 'there is no key binding JWT')
  const { cnf } = sdJwt.payload
  const key = isJsonObject(cnf) ? parsePublicJwk(cnf['jwk']) : undefined
  if (key === undefined) throw new Refusal('holder-binding.missing', 'the credential is bound to no key that is known')
  const { payload } = await verifyJws(sdJwt.keyBinding, { typ: 'kb+jwt', resolveKey: () => key, refusals })
  if (payload['nonce'] !== expectation.nonce) throw new Refusal('holder-binding.nonce', 'another nonce')
  if (payload['aud'] !== expectation.audience) throw new Refusal('holder-binding.audience', 'another audience')
  if (payload['sd_hash'] !== computeDigest(sdJwt.bound, sdJwt.payload['_sd_alg']))
    throw new Refusal('holder-binding.hash', 'another credential, or other disclosures')
  const issuedAt = payload['iat']
  const now = expectation.now / 1000
  if (typeof issuedAt !== 'number' || !(issuedAt <= now + skewSeconds && issuedAt >= now - maxAgeSeconds))
    throw new Refusal('holder-binding.time', 'iat is not within five minutes')
  assertTransactionData(payload, expectation.transactionData ?? [])
}

function assertTransactionData(payload: Readonly<Record<string, unknown>>, data: readonly string[]): void {
  if (data.length === 0) return
  const { transaction_data_hashes: hashes, transaction_data_hashes_alg: algorithm = 'sha-256' } = payload
  const expected = data.map((one) => computeDigest(one, algorithm))
  if (!Array.isArray(hashes) || hashes.length !== expected.length || !expected.every((hash, at) => hash === hashes[at]))
    throw new Refusal('transaction-data.hash', 'the transaction data were not signed')
}

/** What {@link createKeyBinding} signs. */
export interface KeyBindingInput {
  readonly key: HolderKey
  readonly nonce: string
  readonly audience: string
  /** In seconds since 1970. */
  readonly issuedAt: number
  /** The transaction data of this credential as they were in the request, base64url. Default: none. */
  readonly transactionData?: readonly string[]
}

/**
 * Presents an SD-JWT: appends a key binding JWT (RFC 9901 section 4.3).
 * @param bound the SD-JWT with the disclosures to send, ending with a tilde: see `selectDisclosures`
 * @returns the SD-JWT+KB
 */
export async function createKeyBinding(bound: string, input: KeyBindingInput): Promise<string> {
  const { key, nonce, audience, issuedAt, transactionData = [] } = input
  const claims = { iat: issuedAt, aud: audience, nonce, sd_hash: computeDigest(bound) }
  const hashes = transactionData.map((one) => computeDigest(one))
  const more = hashes.length === 0 ? {} : { transaction_data_hashes: hashes, transaction_data_hashes_alg: 'sha-256' }
  return bound + (await signJws(key, { typ: 'kb+jwt' }, { ...claims, ...more }))
}
