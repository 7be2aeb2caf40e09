import { createECDH, createPublicKey, ECDH, type KeyObject, verify } from 'node:crypto'
import { secp256k1 as noble } from '@noble/curves/secp256k1.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { createEcdh, createNobleEcdh } from './ecdh.ts'
import { hasSecp256k1 } from './openssl-curves.ts'

/** What `node:crypto` computes faster than `@noble/curves`. Both implement it; all input has the right length and prefix. */
export interface Secp256k1Points {
  readonly getPublicKey: (privateKey: Uint8Array, compressed: boolean) => Uint8Array
  /** Validates a public key of 33 or 65 bytes and encodes it. @throws Error if it is not a point of the curve */
  readonly encode: (point: Uint8Array, compressed: boolean) => Uint8Array
  /** Verifies r ‖ s over the SHA-256 of a message. @param publicKey 33 bytes */
  readonly verifySha256: (message: Uint8Array, signature: Uint8Array, publicKey: Uint8Array) => boolean
  /** The X coordinate of the shared point. @throws Error if the key is not a point of the curve */
  readonly computeSecret: (privateKey: Uint8Array, publicKey: Uint8Array) => Uint8Array
}

const compressedSpki = Buffer.from('3036301006072a8648ce3d020106052b8104000a032200', 'hex')

function keyObject(publicKey: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([compressedSpki, publicKey]), format: 'der', type: 'spki' })
}

const openssl: Secp256k1Points = {
  getPublicKey: (privateKey, compressed) => {
    const pair = createECDH('secp256k1')
    pair.setPrivateKey(privateKey)
    return Uint8Array.from(pair.getPublicKey(undefined, compressed ? 'compressed' : 'uncompressed'))
  },
  encode: (point, compressed) => {
    const form = compressed ? 'compressed' : 'uncompressed'
    return Uint8Array.from(Buffer.from(String(ECDH.convertKey(point, 'secp256k1', undefined, 'hex', form)), 'hex'))
  },
  verifySha256: (message, signature, publicKey) =>
    verify('sha256', message, { key: keyObject(publicKey), dsaEncoding: 'ieee-p1363' }, signature),
  computeSecret: (privateKey, publicKey) =>
    Uint8Array.from(createEcdh('secp256k1', privateKey).computeSecret(publicKey)),
}

/** On `@noble/curves`: for runtimes whose crypto library lacks the curve, and for the tests that compare the two. */
export const noblePoints: Secp256k1Points = {
  getPublicKey: (privateKey, compressed) => noble.getPublicKey(privateKey, compressed),
  encode: (point, compressed) => noble.Point.fromBytes(point).toBytes(compressed),
  verifySha256: (message, signature, publicKey) =>
    noble.verify(signature, sha256(message), publicKey, { prehash: false }),
  computeSecret: (privateKey, publicKey) => Uint8Array.from(createNobleEcdh(privateKey).computeSecret(publicKey)),
}

/** The faster one that this runtime has. */
export const secp256k1Points: Secp256k1Points = hasSecp256k1 ? openssl : noblePoints
