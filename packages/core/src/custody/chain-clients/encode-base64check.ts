import { createHash } from 'node:crypto'

/** Encodes bytes in base64 with a checksum of four bytes of double SHA-256 (æternity API encoding). */
export function encodeBase64check(bytes: Uint8Array): string {
  const once = createHash('sha256').update(bytes).digest()
  const twice = createHash('sha256').update(once).digest()
  return Buffer.concat([bytes, twice.subarray(0, 4)]).toString('base64')
}
