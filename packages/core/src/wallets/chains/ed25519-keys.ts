import { ed25519 } from '@noble/curves/ed25519.js'
import { BillfoldError } from '../../errors.ts'

/** A random seed of an ed25519 key, 32 bytes (RFC 8032). */
export function newSeed(): Uint8Array {
  return ed25519.utils.randomSecretKey()
}

/** The public key, 32 bytes, of a seed of 32 bytes. @throws BillfoldError `crypto.invalid-key` */
export function ed25519PublicKey(seed: Uint8Array): Uint8Array {
  if (seed.length !== 32) throw new BillfoldError('crypto.invalid-key')
  return ed25519.getPublicKey(seed)
}

/** Signs bytes as they are: 64 bytes (RFC 8032 section 5.1.6). */
export function ed25519Sign(message: Uint8Array, seed: Uint8Array): Uint8Array {
  return ed25519.sign(message, seed)
}

/** Whether a signature is good, by the strict rules: no key of small order, no second form of a signature. */
export function ed25519Verify(message: Uint8Array, signature: Uint8Array, publicKey: Uint8Array): boolean {
  if (signature.length !== 64 || publicKey.length !== 32) return false
  try {
    return ed25519.verify(signature, message, publicKey, { zip215: false })
  } catch {
    return false
  }
}

/**
 * The seed of a key that was given as 32 bytes, or as 64 with the public key behind it, which must then be the seed's.
 * @throws BillfoldError `crypto.invalid-key`
 */
export function seedOf(bytes: Uint8Array | undefined): Uint8Array {
  const seed = bytes?.slice(0, 32)
  if (seed === undefined || bytes === undefined) throw new BillfoldError('crypto.invalid-key')
  if (bytes.length === 32) return seed
  if (bytes.length !== 64 || Buffer.compare(ed25519PublicKey(seed), bytes.subarray(32)) !== 0)
    throw new BillfoldError('crypto.invalid-key')
  return seed
}

/** The seed and the public key in one, 64 bytes: what many wallets call the secret key. */
export function secretKeyOf(seed: Uint8Array): Uint8Array {
  return Uint8Array.from(Buffer.concat([seed, ed25519PublicKey(seed)]))
}
