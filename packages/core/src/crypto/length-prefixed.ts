/**
 * One encoding for a list of strings, such that no two different lists share one: each string as its length in bytes
 * (32 bits, big-endian) and its UTF-16 code units, which unlike UTF-8 also tell lone surrogates apart.
 */
export function lengthPrefixed(parts: readonly string[]): Uint8Array {
  return Buffer.concat(
    parts.flatMap((part) => {
      const length = Buffer.alloc(4)
      length.writeUInt32BE(part.length * 2)
      return [length, Buffer.from(part, 'utf16le')]
    }),
  )
}
