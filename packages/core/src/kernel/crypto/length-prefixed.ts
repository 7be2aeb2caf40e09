/**
 * Encodes a list of strings injectively: each string as its length in bytes (32 bits, big-endian), then its UTF-16 code units.
 * UTF-8 would map all lone surrogates to the same bytes.
 */
export function encodeLengthPrefixed(parts: readonly string[]): Uint8Array {
  let size = 0
  for (const part of parts) size += 4 + part.length * 2
  const encoded = Buffer.alloc(size)
  let at = 0
  for (const part of parts) {
    at = encoded.writeUInt32BE(part.length * 2, at)
    at += encoded.write(part, at, 'utf16le')
  }
  return encoded
}
