import { createECDH } from 'node:crypto'
import { secp256k1 as noble } from '@noble/curves/secp256k1.js'
import { hasSecp256k1 } from './openssl-curves.ts'

/** The curves of {@link createEcdh}, under their OpenSSL names: `prime256v1` is NIST P-256. */
export type EcdhCurve = 'secp256k1' | 'prime256v1'

/** A key pair for key agreement (ECDH, SEC 1 section 3.3.1). */
export interface Ecdh {
  /** 65 bytes, uncompressed (SEC 1 section 2.3.3). */
  readonly publicKey: Uint8Array
  /**
   * Computes the X coordinate of the shared point: 32 bytes.
   * @throws Error if the other key is not a point of the curve
   */
  readonly computeSecret: (point: Uint8Array) => Uint8Array
}

/**
 * Creates the key pair of a private key: 32 bytes in the range of the curve. Computes on `node:crypto`, and on `@noble/curves`
 * where its library lacks secp256k1.
 */
export function createEcdh(curve: EcdhCurve, privateKey: Uint8Array): Ecdh {
  if (curve === 'secp256k1' && !hasSecp256k1) return createNobleEcdh(privateKey)
  const pair = createECDH(curve)
  pair.setPrivateKey(privateKey)
  return { publicKey: pair.getPublicKey(), computeSecret: (point) => pair.computeSecret(point) }
}

/** The same for secp256k1 on `@noble/curves`. */
export function createNobleEcdh(privateKey: Uint8Array): Ecdh {
  return {
    publicKey: noble.getPublicKey(privateKey, false),
    computeSecret: (point) => noble.getSharedSecret(privateKey, point, true).subarray(1),
  }
}
