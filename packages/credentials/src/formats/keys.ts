import { createPublicKey, type KeyObject } from 'node:crypto'
import { parseBase64url } from '@billfold/core/modules'
import { isJsonObject } from './json.ts'

/** A public key of an elliptic curve as a JWK (RFC 7518 section 6.2). */
export interface EcJwk {
  readonly kty: 'EC'
  readonly crv: 'P-256'
  readonly x: string
  readonly y: string
}

/** The key that a credential is bound to, wherever it is. */
export interface HolderKey {
  readonly publicKey: EcJwk
  /** Signs SHA-256 of the bytes with ECDSA. Returns `r ‖ s`, 64 bytes. */
  readonly sign: (bytes: Uint8Array) => Promise<Uint8Array> | Uint8Array
}

/** The algorithms that are verified. Symmetric ones and `none` are not among them. */
export const verifiedAlgorithms = ['ES256', 'ES384', 'ES512', 'Ed25519', 'EdDSA'] as const

/** One of {@link verifiedAlgorithms}. */
export type VerifiedAlgorithm = (typeof verifiedAlgorithms)[number]

/** The hash of each algorithm, as node:crypto names it; null where the algorithm has its own. */
export const hashOf: Readonly<Record<VerifiedAlgorithm, string | null>> = {
  ES256: 'sha256',
  ES384: 'sha384',
  ES512: 'sha512',
  Ed25519: null,
  EdDSA: null,
}

const curves: Readonly<Record<string, VerifiedAlgorithm>> = {
  prime256v1: 'ES256',
  secp384r1: 'ES384',
  secp521r1: 'ES512',
}

/** Returns the only algorithm that a public key may be used with; undefined if it is none of ours. */
export function algorithmOf(key: KeyObject): VerifiedAlgorithm | undefined {
  if (key.asymmetricKeyType === 'ed25519') return 'Ed25519'
  return key.asymmetricKeyType === 'ec' ? curves[key.asymmetricKeyDetails?.namedCurve ?? ''] : undefined
}

/**
 * Parses a public JWK: EC on P-256, P-384 or P-521, or OKP on Ed25519, canonical, without a private part.
 * @returns undefined for anything else
 */
export function parsePublicJwk(value: unknown): KeyObject | undefined {
  if (!isJsonObject(value) || 'd' in value || 'k' in value) return undefined
  const { kty, crv, x, y } = value
  if (kty !== 'EC' && kty !== 'OKP') return undefined
  if (typeof crv !== 'string' || !isCoordinate(x) || (kty === 'EC' && !isCoordinate(y))) return undefined
  try {
    const jwk = kty === 'EC' ? { kty, crv, x, y: String(y) } : { kty, crv, x }
    const key = createPublicKey({ key: jwk, format: 'jwk' })
    return algorithmOf(key) === undefined ? undefined : key
  } catch {
    return undefined
  }
}

function isCoordinate(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 88 && parseBase64url(value) !== undefined
}
