import { BillfoldError } from '../../errors.ts'

/** The bytes of hex with or without 0x, or undefined when it is not the hex of so many bytes. */
export function bytesOfHex(text: string, length: number): Uint8Array | undefined {
  const digits = text.startsWith('0x') ? text.slice(2) : text
  if (digits.length !== length * 2 || !/^[0-9a-fA-F]*$/.test(digits)) return undefined
  return Uint8Array.from(Buffer.from(digits, 'hex'))
}

/** 0x and the digits. */
export function hexOf(bytes: Uint8Array): string {
  return `0x${Buffer.from(bytes).toString('hex')}`
}

/**
 * A private key of 32 bytes from its hex.
 * @throws BillfoldError `crypto.invalid-key`
 */
export function privateKeyOfHex(text: string): Uint8Array {
  const bytes = bytesOfHex(text, 32)
  if (bytes === undefined) throw new BillfoldError('crypto.invalid-key')
  return bytes
}
