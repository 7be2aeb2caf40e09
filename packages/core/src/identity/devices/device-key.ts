import { parseBase64 } from '../../kernel/base64.ts'
import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto'
import { BillfoldError } from '../../kernel/errors.ts'

/** Proof that a device possesses a private key. */
export interface DeviceProof {
  /** P-256 public key: base64 of X and Y, 64 bytes. */
  readonly publicKey: string
  /** ECDSA signature with SHA-256 over the device statement: base64 of r and s, 64 bytes (IEEE P1363, as in WebCrypto). */
  readonly signature: string
}

/** A device whose proof of possession was verified. */
export interface VerifiedDevice {
  /** RFC 7638 thumbprint of the public key: base64url, 43 characters. */
  readonly thumbprint: string
}

/** Content of the statement that a device signs. */
export interface DeviceStatement {
  /** Route that the signature is valid for: `submit_face`, `verify_pin` or `authenticate_with_liveid`. */
  readonly step: string
  /** Session id; for `authenticate_with_liveid`, which has no session yet, the uuid of the request id. */
  readonly subject: string
  /** X coordinate of the caller's key of the secure channel, base64url: 43 characters. */
  readonly caller: string
}

/**
 * Formats the text that a device signs, as UTF-8: four lines, which bind the signature to one step, one session and one
 * caller.
 */
export function formatDeviceStatement({ step, subject, caller }: DeviceStatement): string {
  return `billfold device 1\n${step}\n${subject}\n${caller}`
}

/** Verifies a device's proof of possession. @throws BillfoldError `device.invalid-proof` */
export function verifyDeviceProof(proof: DeviceProof, statement: DeviceStatement): VerifiedDevice {
  return verifyDeviceSignature(proof, formatDeviceStatement(statement))
}

/**
 * Verifies a device's signature of a text in UTF-8. Each kind of text starts with its own first line (domain separation).
 * @throws BillfoldError `device.invalid-proof`
 */
export function verifyDeviceSignature(proof: DeviceProof, text: string): VerifiedDevice {
  const signature = decode64Bytes(proof.signature)
  const { x, y } = decodePoint(proof.publicKey)
  const key = { key: importPublicKey(x, y), dsaEncoding: 'ieee-p1363' } as const
  if (!verify('sha256', Buffer.from(text), key, signature)) throw new BillfoldError('device.invalid-proof')
  return { thumbprint: computeThumbprint(proof.publicKey) }
}

/**
 * Computes the RFC 7638 JWK thumbprint of a P-256 public key.
 * @param key base64 of X and Y, 64 bytes
 * @throws BillfoldError `device.invalid-proof`
 */
export function computeThumbprint(key: string): string {
  const { x, y } = decodePoint(key)
  const members = JSON.stringify({ crv: 'P-256', kty: 'EC', x, y })
  return createHash('sha256').update(members).digest('base64url')
}

function decodePoint(key: string): { readonly x: string; readonly y: string } {
  const point = decode64Bytes(key)
  return { x: point.toString('base64url', 0, 32), y: point.toString('base64url', 32) }
}

function importPublicKey(x: string, y: string): KeyObject {
  try {
    return createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' })
  } catch (cause) {
    throw new BillfoldError('device.invalid-proof', { cause })
  }
}

function decode64Bytes(text: string): Buffer {
  const bytes = parseBase64(text)
  if (bytes?.length !== 64) throw new BillfoldError('device.invalid-proof')
  return Buffer.from(bytes)
}
