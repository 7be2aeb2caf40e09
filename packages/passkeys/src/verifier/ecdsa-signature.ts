/** COSE algorithms whose signatures are ECDSA: ES256, ES384, ES512. */
const ecdsa: ReadonlySet<unknown> = new Set([-7, -35, -36])

/**
 * Returns true if a signature has the one encoding of its algorithm: for ECDSA the DER of two integers (RFC 3279 section
 * 2.2.3). Lenient decoders accept others, so that one signature could be presented as several.
 */
export function isCanonicalSignature(algorithm: unknown, signature: Uint8Array): boolean {
  if (!ecdsa.has(algorithm)) return true
  // Above 127 bytes, which only ES512 reaches, the length has a byte of its own.
  const header = signature[1] === 0x81 ? 3 : 2
  const length = signature[header - 1] ?? 0
  if (signature[0] !== 0x30 || (header === 3) !== length > 127 || signature.length !== header + length) return false
  const afterR = skipInteger(signature, header)
  return afterR !== undefined && skipInteger(signature, afterR) === signature.length
}

/** Returns the position after a positive integer of minimal length. */
function skipInteger(bytes: Uint8Array, position: number): number | undefined {
  const [tag, length = 0, first = 0, second = 0] = bytes.subarray(position, position + 4)
  const end = position + 2 + length
  const isMinimal = first !== 0 || (length > 1 && second > 127)
  return tag === 2 && length > 0 && length < 128 && first < 128 && isMinimal && end <= bytes.length ? end : undefined
}
