import { createECDH, createPrivateKey, hkdfSync, type KeyObject, sign } from 'node:crypto'
import type { EcJwk, HolderKey } from '../../formats/keys.ts'

/** The order of P-256 (SP 800-186 section 3.2.1.3). */
const order = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551')
/** Bytes of a scalar and 64 bits more, so that the reduction is uniform (FIPS 186-5 appendix A.2.1). */
const seedBytes = 40

/**
 * Derives the P-256 key of an instance: HKDF-SHA256 of the root and the id of the instance, reduced by FIPS 186-5 appendix A.2.1. Any
 * number of keys therefore costs one sealed row.
 */
export function deriveInstanceKey(root: Uint8Array, instanceId: string): HolderKey {
  const seed = Buffer.from(hkdfSync('sha256', root, '', `billfold holder key ${instanceId}`, seedBytes))
  const scalar = (BigInt(`0x${seed.toString('hex')}`) % (order - 1n)) + 1n
  return toHolderKey(Buffer.from(scalar.toString(16).padStart(64, '0'), 'hex'))
}

/** Makes a key of its private scalar. */
export function toHolderKey(scalar: Uint8Array): HolderKey {
  const ecdh = createECDH('prime256v1')
  ecdh.setPrivateKey(scalar)
  const point = ecdh.getPublicKey()
  const publicKey: EcJwk = {
    kty: 'EC',
    crv: 'P-256',
    x: point.subarray(1, 33).toString('base64url'),
    y: point.subarray(33).toString('base64url'),
  }
  const jwk = { ...publicKey, d: Buffer.from(scalar).toString('base64url') }
  const privateKey: KeyObject = createPrivateKey({ key: jwk, format: 'jwk' })
  return { publicKey, sign: (bytes) => sign('sha256', bytes, { key: privateKey, dsaEncoding: 'ieee-p1363' }) }
}
