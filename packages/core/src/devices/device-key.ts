import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto'
import { BillfoldError } from '../errors.ts'

/** What a device sends to show that it holds a key. */
export interface DeviceProof {
  /** A P-256 public key: base64 of X and Y, 64 bytes. */
  readonly publicKey: string
  /** ECDSA with SHA-256 over {@link deviceStatement}: base64 of r and s, 64 bytes, as WebCrypto makes it. */
  readonly signature: string
}

/** A device that has shown its key. */
export interface ProvenDevice {
  /** RFC 7638 thumbprint of its public key: 43 characters. */
  readonly thumbprint: string
}

/** What a device signs. */
export interface DeviceStatement {
  /** The route that the signature is for: `submit_face`, `verify_pin`, `authenticate_with_liveid`. */
  readonly step: string
  /** The session; for `authenticate_with_liveid`, which has none yet, the uuid of the request id. */
  readonly subject: string
  /** The X coordinate of the caller's envelope key, base64url: 43 characters. */
  readonly caller: string
}

/** The text that a device signs, as UTF-8: four lines, so that a signature is good for one step of one session by one caller. */
export function deviceStatement({ step, subject, caller }: DeviceStatement): string {
  return `billfold device 1\n${step}\n${subject}\n${caller}`
}

/** Checks that a device holds its key. @throws BillfoldError `device.invalid` */
export function proveDevice(proof: DeviceProof, statement: DeviceStatement): ProvenDevice {
  return proveKey(proof, deviceStatement(statement))
}

/**
 * Checks that a device has signed a text, as UTF-8. The first line of each kind of text is its own.
 * @throws BillfoldError `device.invalid`
 */
export function proveKey(proof: DeviceProof, text: string): ProvenDevice {
  const signature = sixtyFour(proof.signature)
  const { x, y } = pointOf(proof.publicKey)
  const key = { key: publicKey(x, y), dsaEncoding: 'ieee-p1363' } as const
  if (!verify('sha256', Buffer.from(text), key, signature)) throw new BillfoldError('device.invalid')
  return { thumbprint: thumbprintOf(proof.publicKey) }
}

/** What a public key (base64 of X and Y) is known by, its RFC 7638 thumbprint. @throws BillfoldError `device.invalid` */
export function thumbprintOf(key: string): string {
  const { x, y } = pointOf(key)
  const members = JSON.stringify({ crv: 'P-256', kty: 'EC', x, y })
  return createHash('sha256').update(members).digest('base64url')
}

function pointOf(key: string): { readonly x: string; readonly y: string } {
  const point = sixtyFour(key)
  return { x: point.toString('base64url', 0, 32), y: point.toString('base64url', 32) }
}

function publicKey(x: string, y: string): KeyObject {
  try {
    return createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' })
  } catch (cause) {
    throw new BillfoldError('device.invalid', { cause })
  }
}

function sixtyFour(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.length !== 64) throw new BillfoldError('device.invalid')
  return bytes
}
