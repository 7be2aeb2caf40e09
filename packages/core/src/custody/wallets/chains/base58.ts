import { base58, createBase58check } from '@scure/base'
import { createHash } from 'node:crypto'

const base58check = createBase58check((bytes: Uint8Array) =>
  Uint8Array.from(createHash('sha256').update(bytes).digest()),
)

/** The maximum length of decoded text, because base58 decoding takes quadratic time. */
const maxCharacters = 128

/** Encodes bytes in base58 with a checksum of four bytes of double SHA-256. */
export function encodeBase58check(bytes: Uint8Array): string {
  return base58check.encode(bytes)
}

/** Decodes base58check, or returns undefined if the text is malformed. */
export function decodeBase58check(text: string): Uint8Array | undefined {
  return text.length > maxCharacters ? undefined : tryDecode(() => base58check.decode(text))
}

/** Encodes bytes in base58 without a checksum. */
export function encodeBase58(bytes: Uint8Array): string {
  return base58.encode(bytes)
}

/** Decodes plain base58, or returns undefined if the text is malformed. */
export function decodeBase58(text: string): Uint8Array | undefined {
  return text.length > maxCharacters ? undefined : tryDecode(() => base58.decode(text))
}

function tryDecode(decode: () => Uint8Array): Uint8Array | undefined {
  try {
    return decode()
  } catch {
    return undefined
  }
}
