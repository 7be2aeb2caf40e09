import { BillfoldError } from '../../../kernel/errors.ts'

/** Decodes hex with or without `0x`, or returns undefined if the text is not the hex of exactly `length` bytes. */
export function hexToBytes(text: string, length: number): Uint8Array | undefined {
  const digits = text.startsWith('0x') ? text.slice(2) : text
  if (digits.length !== length * 2 || !/^[0-9a-fA-F]*$/.test(digits)) return undefined
  return Uint8Array.from(Buffer.from(digits, 'hex'))
}

/** Encodes bytes in lower-case hex with `0x`. */
export function bytesToHex(bytes: Uint8Array): string {
  return `0x${Buffer.from(bytes).toString('hex')}`
}

/**
 * Parses a private key of 32 bytes from hex with or without `0x`.
 * @throws BillfoldError `crypto.invalid-key`
 */
export function parseHexPrivateKey(text: string): Uint8Array {
  const bytes = hexToBytes(text, 32)
  if (bytes === undefined) throw new BillfoldError('crypto.invalid-key')
  return bytes
}
