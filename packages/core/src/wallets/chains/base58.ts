import { base58, createBase58check } from '@scure/base'
import { createHash } from 'node:crypto'

const coder = createBase58check((bytes: Uint8Array) => Uint8Array.from(createHash('sha256').update(bytes).digest()))

/** The most characters that are looked at: base58 takes quadratic time. */
const longest = 128

/** Base58 with four bytes of double SHA-256 behind. */
export function writeBase58check(bytes: Uint8Array): string {
  return coder.encode(bytes)
}

/** The bytes, or undefined when the text is something else. */
export function readBase58check(text: string): Uint8Array | undefined {
  return text.length > longest ? undefined : attempt(() => coder.decode(text))
}

/** Plain base58. */
export function writeBase58(bytes: Uint8Array): string {
  return base58.encode(bytes)
}

/** The bytes, or undefined when the text is something else. */
export function readBase58(text: string): Uint8Array | undefined {
  return text.length > longest ? undefined : attempt(() => base58.decode(text))
}

function attempt(decode: () => Uint8Array): Uint8Array | undefined {
  try {
    return decode()
  } catch {
    return undefined
  }
}
