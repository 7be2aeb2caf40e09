import { randomBytes } from 'node:crypto'
import { createEcdh } from '../../kernel/crypto/ecdh.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { parseBase64 } from '../../kernel/base64.ts'
import { type SecureChannelCurve, groupOrders } from './curve.ts'

/**
 * Parses a private key as clients encode it: base64 or base64url of the big-endian scalar, in 32 bytes, in 31 if a leading zero was
 * stripped, or in 33 if one was prepended.
 * @returns 32 bytes
 * @throws BillfoldError `channel.invalid-key`
 */
export function parseChannelPrivateKey(curve: SecureChannelCurve, text: string): Uint8Array {
  const bytes = text.length > 48 ? undefined : parseBase64(text)
  if (bytes === undefined || bytes.length < 31 || bytes.length > 33) throw new BillfoldError('channel.invalid-key')
  if (bytes.length === 33 && bytes[0] !== 0) throw new BillfoldError('channel.invalid-key')
  const scalar = Buffer.alloc(32)
  scalar.set(bytes.subarray(bytes.length === 33 ? 1 : 0), bytes.length === 31 ? 1 : 0)
  const number = BigInt(`0x${scalar.toString('hex')}`)
  if (number === 0n || number >= groupOrders[curve]) throw new BillfoldError('channel.invalid-key')
  return scalar
}

/**
 * Parses a public key as clients encode it: base64 or base64url of X and Y, without the 0x04 prefix of SEC 1. Does not check that the
 * point is on the curve; the key agreement does.
 * @returns 64 bytes
 * @throws BillfoldError `channel.invalid-key`
 */
export function parseChannelPublicKey(text: string): Uint8Array {
  const bytes = text.length > 88 ? undefined : parseBase64(text)
  if (bytes?.length !== 64) throw new BillfoldError('channel.invalid-key')
  return bytes
}

/** Derives the public key of a private key (32 bytes). @returns padded base64 of X and Y */
export function deriveChannelPublicKey(curve: SecureChannelCurve, privateKey: Uint8Array): string {
  return Buffer.from(createEcdh(curve, privateKey).publicKey.subarray(1)).toString('base64')
}

/** Generates a private key: 32 bytes. */
export function generateChannelPrivateKey(curve: SecureChannelCurve): Uint8Array {
  // Rejection sampling (FIPS 186-5 A.2.2): fewer than one in four billion draws is outside of the range.
  for (;;) {
    const scalar = randomBytes(32)
    const number = BigInt(`0x${scalar.toString('hex')}`)
    if (number !== 0n && number < groupOrders[curve]) return scalar
  }
}
