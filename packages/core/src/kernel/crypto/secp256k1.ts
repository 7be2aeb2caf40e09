import { secp256k1 as noble } from '@noble/curves/secp256k1.js'
import { BillfoldError } from '../errors.ts'
import { secp256k1Points } from './secp256k1-points.ts'

/** An ECDSA signature: r and s, 32 bytes each, big-endian. */
export interface EcdsaSignature {
  readonly r: Uint8Array
  readonly s: Uint8Array
}

/** A signature with its recovery id: 0 or 1, or 2 or 3 if r was reduced modulo the group order (SEC 1 section 4.1.6). */
export interface RecoverableSignature extends EcdsaSignature {
  readonly recovery: number
}

/** Operations on secp256k1. Keys, hashes and coordinates are big-endian bytes. */
export interface Secp256k1 {
  /** Generates a random private key of 32 bytes. */
  readonly generatePrivateKey: () => Uint8Array
  /** Returns true if these are 32 bytes that encode a number from 1 to the group order minus 1. */
  readonly isPrivateKey: (bytes: Uint8Array) => boolean
  /**
   * Computes the public key of a private key: 33 bytes, or 65 if uncompressed (SEC 1 section 2.3.3).
   * @throws BillfoldError `crypto.invalid-key`
   */
  readonly getPublicKey: (privateKey: Uint8Array, compressed?: boolean) => Uint8Array
  /**
   * Parses and validates a public key of 33 bytes, 65 bytes, or 64 bytes (x ‖ y), and returns it compressed (33 bytes) or
   * uncompressed (65 bytes). Rejects points off the curve, infinity and the hybrid form of X9.62.
   * @throws BillfoldError `crypto.invalid-key`
   */
  readonly parsePublicKey: (bytes: Uint8Array, compressed?: boolean) => Uint8Array
  /** Returns true if {@link Secp256k1.parsePublicKey} accepts the key. */
  readonly isPublicKey: (bytes: Uint8Array) => boolean
  /**
   * Signs a 32-byte hash: deterministic (RFC 6979), with low s (EIP-2).
   * @throws BillfoldError `crypto.invalid-key`
   */
  readonly sign: (hash: Uint8Array, privateKey: Uint8Array) => RecoverableSignature
  /** Verifies a signature over a 32-byte hash. Returns false for high s and for malformed input. */
  readonly verify: (hash: Uint8Array, signature: EcdsaSignature, publicKey: Uint8Array) => boolean
  /** Verifies a signature over the SHA-256 of a message (ES256K, RFC 8812). Uses OpenSSL, which is three times faster. */
  readonly verifySha256: (message: Uint8Array, signature: EcdsaSignature, publicKey: Uint8Array) => boolean
  /**
   * Recovers the public key (65 bytes) from a signature over a 32-byte hash (SEC 1 section 4.1.6). Rejects high s, as
   * `verify` does.
   * @throws BillfoldError `crypto.invalid-signature`
   */
  readonly recoverPublicKey: (hash: Uint8Array, signature: RecoverableSignature) => Uint8Array
  /**
   * Computes the ECDH shared secret: the 32-byte x coordinate (SEC 1 section 3.3.1). Derive a key from it before use.
   * @throws BillfoldError `crypto.invalid-key`
   */
  readonly ecdh: (privateKey: Uint8Array, publicKey: Uint8Array) => Uint8Array
}

/**
 * secp256k1 on OpenSSL (node:crypto) where it is able and faster, otherwise on `@noble/curves`, which also replaces it in
 * runtimes whose `node:crypto` lacks the curve (Bun). Tests compare the two.
 *
 * Operations per second on one thread, `@noble/curves` 2.4 against OpenSSL 3.0 of Node 20: sign 3,000 / - (OpenSSL is not
 * deterministic), verify a hash 950 / - (OpenSSL hashes by itself), verify with SHA-256 950 / 2,600, recover 950 / -, ECDH
 * 570 / 1,080, public key of a private key 3,600 / 3,900, parse 16,000 / 45,000.
 */
export const secp256k1: Secp256k1 = {
  generatePrivateKey: () => noble.utils.randomSecretKey(),
  isPrivateKey,
  getPublicKey: computePublicKey,
  parsePublicKey,
  isPublicKey: (bytes) => succeeds(() => parsePublicKey(bytes)),
  sign,
  verify: (hash, signature, publicKey) => {
    assertHash(hash)
    const compact = compactLowS(signature)
    return compact !== undefined && succeeds(() => noble.verify(compact, hash, parsePublicKey(publicKey), rawDigest))
  },
  verifySha256: (message, signature, publicKey) => {
    const compact = compactLowS(signature)
    if (compact === undefined) return false
    return succeeds(() => secp256k1Points.verifySha256(message, compact, parsePublicKey(publicKey)))
  },
  recoverPublicKey: recover,
  ecdh,
}

const rawDigest = { prehash: false } as const

function isPrivateKey(bytes: Uint8Array): boolean {
  return bytes.length === 32 && noble.utils.isValidSecretKey(bytes)
}

function assertPrivateKey(bytes: Uint8Array): void {
  if (!isPrivateKey(bytes)) throw new BillfoldError('crypto.invalid-key')
}

function assertHash(hash: Uint8Array): void {
  if (hash.length !== 32) throw new RangeError(`A hash must be 32 bytes, not ${hash.length}`)
}

function computePublicKey(privateKey: Uint8Array, compressed = true): Uint8Array {
  assertPrivateKey(privateKey)
  return secp256k1Points.getPublicKey(privateKey, compressed)
}

function parsePublicKey(bytes: Uint8Array, compressed = true): Uint8Array {
  const point = bytes.length === 64 ? Buffer.concat([Buffer.of(4), bytes]) : bytes
  const prefix = point[0]
  const known = point.length === 33 ? prefix === 2 || prefix === 3 : point.length === 65 && prefix === 4
  if (!known) throw new BillfoldError('crypto.invalid-key')
  try {
    return secp256k1Points.encode(point, compressed)
  } catch (cause) {
    throw new BillfoldError('crypto.invalid-key', { cause })
  }
}

function sign(hash: Uint8Array, privateKey: Uint8Array): RecoverableSignature {
  assertHash(hash)
  assertPrivateKey(privateKey)
  // Recovery id ‖ r ‖ s.
  const bytes = noble.sign(hash, privateKey, { ...rawDigest, lowS: true, format: 'recovered' })
  return { recovery: bytes[0] ?? 0, r: bytes.slice(1, 33), s: bytes.slice(33, 65) }
}

function recover(hash: Uint8Array, signature: RecoverableSignature): Uint8Array {
  assertHash(hash)
  const { recovery } = signature
  const compact = compactLowS(signature)
  if (compact === undefined || ![0, 1, 2, 3].includes(recovery)) throw new BillfoldError('crypto.invalid-signature')
  try {
    const recoverable = Buffer.concat([Buffer.of(recovery), compact])
    return parsePublicKey(noble.recoverPublicKey(recoverable, hash, rawDigest), false)
  } catch (cause) {
    throw new BillfoldError('crypto.invalid-signature', { cause })
  }
}

function ecdh(privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array {
  assertPrivateKey(privateKey)
  return secp256k1Points.computeSecret(privateKey, parsePublicKey(publicKey))
}

const halfOrder = Buffer.from('7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0', 'hex')

/** Returns r ‖ s, or undefined for wrong lengths and for high s, which would make signatures malleable. */
function compactLowS({ r, s }: EcdsaSignature): Uint8Array | undefined {
  if (r.length !== 32 || s.length !== 32 || Buffer.compare(s, halfOrder) > 0) return undefined
  return Buffer.concat([r, s])
}

function succeeds(attempt: () => unknown): boolean {
  try {
    return attempt() !== false
  } catch {
    return false
  }
}
