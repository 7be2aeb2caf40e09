import { fromBase64, toBase64 } from './base64.ts'
import { type Curve, curves } from './curve.ts'

/** A key pair in padded base64: private key 32 bytes, public key X ‖ Y, 64 bytes. */
export interface KeyPair {
  readonly curve: Curve
  readonly privateKey: string
  readonly publicKey: string
}

/** Generates a key pair. */
export function newKeyPair(curve: Curve = 'secp256k1'): KeyPair {
  return toKeyPair(curve, curves[curve].utils.randomSecretKey())
}

/**
 * Computes the key pair of a private key.
 *
 * @param privateKey base64 of 32 bytes, or of 31 bytes without a leading zero, or of 33 bytes with an additional one
 * @param curve the curve; `secp256k1` by default
 * @throws TypeError if the private key is invalid
 */
export function keyPairOf(privateKey: string, curve: Curve = 'secp256k1'): KeyPair {
  return toKeyPair(curve, privateBytes(privateKey, curve))
}

/** Decodes a private key to 32 bytes. @throws TypeError if it is invalid */
export function privateBytes(privateKey: string, curve: Curve): Uint8Array {
  const bytes = fromBase64(privateKey)
  const scalar = bytes.length === 33 && bytes[0] === 0 ? bytes.subarray(1) : bytes
  if (scalar.length !== 31 && scalar.length !== 32) throw new TypeError(`Invalid private key for ${curve}`)
  const padded = new Uint8Array(32)
  padded.set(scalar, 32 - scalar.length)
  if (!curves[curve].utils.isValidSecretKey(padded)) throw new TypeError(`Invalid private key for ${curve}`)
  return padded
}

function toKeyPair(curve: Curve, secret: Uint8Array): KeyPair {
  const point = curves[curve].getPublicKey(secret, false)
  return { curve, privateKey: toBase64(secret), publicKey: toBase64(point.subarray(1)) }
}
