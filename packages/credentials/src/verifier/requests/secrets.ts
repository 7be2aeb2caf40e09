import { createHash, randomBytes } from 'node:crypto'

/** Creates a secret of 256 random bits, base64url. */
export function createSecret(): string {
  return randomBytes(32).toString('base64url')
}

/** Hashes such a secret to look it up: SHA-256, base64url. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret, 'utf8').digest('base64url')
}
