import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** A new secret of 256 bits (base64url). Each start of the host has its own: the link that it prints carries it. */
export function newConsoleKey(): string {
  return randomBytes(32).toString('base64url')
}

/** Whether this is the secret, in a time that says nothing of how much of it is right. */
export function isConsoleKey(given: string | string[] | undefined, key: string): boolean {
  return typeof given === 'string' && timingSafeEqual(digest(given), digest(key))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
