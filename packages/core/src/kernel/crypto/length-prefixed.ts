/**
 * Encodes a list of strings injectively: each string as its length in bytes (32 bits, big-endian), then its UTF-16 code units.
 * UTF-8 would map all lone surrogates to the same bytes.
 */
export function encodeLengthPrefixed(parts: readonly string[]): Uint8Array {
  return Buffer.concat(
    parts.flatMap((part) => {
      const length = Buffer.alloc(4)
      length.writeUInt32BE(part.length * 2)
      return [length, Buffer.from(part, 'utf16le')]
    }),
  )
}
