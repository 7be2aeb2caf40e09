import { ed25519 } from '@noble/curves/ed25519.js'
import { BillfoldError } from '../../../kernel/errors.ts'

/** Generates a random ed25519 seed (32 bytes, RFC 8032). */
export function generateEd25519Seed(): Uint8Array {
  return ed25519.utils.randomSecretKey()
}

/** Computes the public key (32 bytes) of a seed (32 bytes). @throws BillfoldError `crypto.invalid-key` */
export function computeEd25519PublicKey(seed: Uint8Array): Uint8Array {
  if (seed.length !== 32) throw new BillfoldError('crypto.invalid-key')
  return ed25519.getPublicKey(seed)
}

/** Signs bytes with PureEdDSA; the signature has 64 bytes (RFC 8032 section 5.1.6). */
export function signEd25519(message: Uint8Array, seed: Uint8Array): Uint8Array {
  return ed25519.sign(message, seed)
}

/** Returns true if a signature is valid under the strict rules of RFC 8032: no small-order keys, no malleable signatures. */
export function verifyEd25519(message: Uint8Array, signature: Uint8Array, publicKey: Uint8Array): boolean {
  if (signature.length !== 64 || publicKey.length !== 32) return false
  try {
    return ed25519.verify(signature, message, publicKey, { zip215: false })
  } catch {
    return false
  }
}

/**
 * Parses a secret key of 32 bytes (seed) or 64 bytes (seed and public key, which must match). Returns the seed.
 * @throws BillfoldError `crypto.invalid-key`
 */
export function parseEd25519Seed(bytes: Uint8Array | undefined): Uint8Array {
  const seed = bytes?.slice(0, 32)
  if (seed === undefined || bytes === undefined) throw new BillfoldError('crypto.invalid-key')
  if (bytes.length === 32) return seed
  if (bytes.length !== 64 || Buffer.compare(computeEd25519PublicKey(seed), bytes.subarray(32)) !== 0)
    throw new BillfoldError('crypto.invalid-key')
  return seed
}

/** Concatenates the seed and the public key (64 bytes), which many wallets call the secret key. */
export function toEd25519SecretKey(seed: Uint8Array): Uint8Array {
  return Uint8Array.from(Buffer.concat([seed, computeEd25519PublicKey(seed)]))
}
