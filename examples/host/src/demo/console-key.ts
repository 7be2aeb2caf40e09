import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** Creates a secret of 256 bits, base64url. Each start of the host creates one and prints it in the console link. */
export function createConsoleKey(): string {
  return randomBytes(32).toString('base64url')
}

/** Compares in constant time. */
export function isConsoleKey(presented: string | string[] | undefined, key: string): boolean {
  return typeof presented === 'string' && timingSafeEqual(digest(presented), digest(key))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
