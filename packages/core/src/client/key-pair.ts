import { fromBase64, toBase64 } from './base64.ts'
import { type Curve, curves } from './curve.ts'

/** A key pair as it is written: padded base64, the private key of 32 bytes, the public key of X and Y, 64 bytes. */
export interface KeyPair {
  readonly curve: Curve
  readonly privateKey: string
  readonly publicKey: string
}

/** A new random key pair. */
export function newKeyPair(curve: Curve = 'secp256k1'): KeyPair {
  return pairOf(curve, curves[curve].utils.randomSecretKey())
}

/**
 * The key pair of a private key: base64 of 32 bytes, of 31 where a leading zero was left away, or of 33 where one was put before it.
 * @throws TypeError for anything else
 */
export function keyPairOf(privateKey: string, curve: Curve = 'secp256k1'): KeyPair {
  return pairOf(curve, privateBytes(privateKey, curve))
}

/** The private key's 32 bytes. */
export function privateBytes(privateKey: string, curve: Curve): Uint8Array {
  const bytes = fromBase64(privateKey)
  const scalar = bytes.length === 33 && bytes[0] === 0 ? bytes.subarray(1) : bytes
  if (scalar.length !== 31 && scalar.length !== 32) throw new TypeError('This is not a private key')
  const padded = new Uint8Array(32)
  padded.set(scalar, 32 - scalar.length)
  if (!curves[curve].utils.isValidSecretKey(padded)) throw new TypeError('This is not a private key')
  return padded
}

function pairOf(curve: Curve, secret: Uint8Array): KeyPair {
  const point = curves[curve].getPublicKey(secret, false)
  return { curve, privateKey: toBase64(secret), publicKey: toBase64(point.subarray(1)) }
}
