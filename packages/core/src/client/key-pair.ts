import { base64ToBytes, bytesToBase64 } from './base64.ts'
import { type ClientCurve, clientCurves } from './curve.ts'

/** A key pair in padded base64: private key 32 bytes, public key X ‖ Y, 64 bytes. */
export interface ClientKeyPair {
  readonly curve: ClientCurve
  readonly privateKey: string
  readonly publicKey: string
}

/** Generates a key pair. */
export function generateClientKeyPair(curve: ClientCurve = 'secp256k1'): ClientKeyPair {
  return toKeyPair(curve, clientCurves[curve].utils.randomSecretKey())
}

/**
 * Computes the key pair of a private key.
 *
 * @param privateKey base64 of 32 bytes, or of 31 bytes without a leading zero, or of 33 bytes with an additional one
 * @param curve the curve; `secp256k1` by default
 * @throws TypeError if the private key is invalid
 */
export function toClientKeyPair(privateKey: string, curve: ClientCurve = 'secp256k1'): ClientKeyPair {
  return toKeyPair(curve, decodePrivateKey(privateKey, curve))
}

/** Decodes a private key to 32 bytes. @throws TypeError if it is invalid */
export function decodePrivateKey(privateKey: string, curve: ClientCurve): Uint8Array {
  const bytes = base64ToBytes(privateKey)
  const scalar = bytes.length === 33 && bytes[0] === 0 ? bytes.subarray(1) : bytes
  if (scalar.length !== 31 && scalar.length !== 32) throw new TypeError(`Invalid private key for ${curve}`)
  const padded = new Uint8Array(32)
  padded.set(scalar, 32 - scalar.length)
  if (!clientCurves[curve].utils.isValidSecretKey(padded)) throw new TypeError(`Invalid private key for ${curve}`)
  return padded
}

function toKeyPair(curve: ClientCurve, secret: Uint8Array): ClientKeyPair {
  const point = clientCurves[curve].getPublicKey(secret, false)
  return { curve, privateKey: bytesToBase64(secret), publicKey: bytesToBase64(point.subarray(1)) }
}
