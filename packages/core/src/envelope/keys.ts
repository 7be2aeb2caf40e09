import { createECDH } from 'node:crypto'
import { BillfoldError } from '../errors.ts'
import { fromBase64 } from './base64.ts'
import { type EnvelopeCurve, groupOrders } from './curve.ts'

/**
 * Reads a private key as clients write it: base64 or base64url of the big-endian scalar, of 32 bytes, 31 where a leading zero was left
 * away, or 33 where one was put before it. Gives 32 bytes.
 * @throws BillfoldError `envelope.invalid-key`
 */
export function readPrivateKey(curve: EnvelopeCurve, text: string): Uint8Array {
  const bytes = text.length > 48 ? undefined : fromBase64(text)
  if (bytes === undefined || bytes.length < 31 || bytes.length > 33) throw new BillfoldError('envelope.invalid-key')
  if (bytes.length === 33 && bytes[0] !== 0) throw new BillfoldError('envelope.invalid-key')
  const scalar = Buffer.alloc(32)
  scalar.set(bytes.subarray(bytes.length === 33 ? 1 : 0), bytes.length === 31 ? 1 : 0)
  const number = BigInt(`0x${scalar.toString('hex')}`)
  if (number === 0n || number >= groupOrders[curve]) throw new BillfoldError('envelope.invalid-key')
  return scalar
}

/**
 * Reads a public key as clients write it: base64 or base64url of X and Y, 64 bytes, without the 04 of SEC 1. Gives the 64 bytes; whether
 * they are a point of the curve is told by whoever computes with it.
 * @throws BillfoldError `envelope.invalid-key`
 */
export function readPublicKey(text: string): Uint8Array {
  const bytes = text.length > 88 ? undefined : fromBase64(text)
  if (bytes?.length !== 64) throw new BillfoldError('envelope.invalid-key')
  return bytes
}

/** The public key of a private key of 32 bytes: padded base64 of X and Y. */
export function publicKeyOf(curve: EnvelopeCurve, privateKey: Uint8Array): string {
  const pair = createECDH(curve)
  pair.setPrivateKey(privateKey)
  return pair.getPublicKey().subarray(1).toString('base64')
}

/** A new private key: 32 bytes. */
export function newPrivateKey(curve: EnvelopeCurve): Uint8Array {
  const pair = createECDH(curve)
  pair.generateKeys()
  const scalar = Buffer.alloc(32)
  const bytes = pair.getPrivateKey()
  scalar.set(bytes, 32 - bytes.length)
  return scalar
}
