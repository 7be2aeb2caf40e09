import { createHash } from 'node:crypto'

/** SHA-256 of a random secret of 256 bits, base64url, to find it without storing it. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}
