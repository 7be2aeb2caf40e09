import { createHash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto'

/**
 * Whether two secrets are the same, in a time that tells nothing about where they differ. Strings count as their UTF-8
 * bytes. The time grows with the lengths, which are not hidden.
 */
export function equalSecrets(a: string | Uint8Array, b: string | Uint8Array): boolean {
  return timingSafeEqual(digest(a), digest(b))
}

function digest(value: string | Uint8Array): Uint8Array {
  return createHash('sha256').update(value).digest()
}

/** A random secret of this many bytes (32 unless told), base64url without padding. */
export function randomSecret(bytes = 32): string {
  if (!Number.isInteger(bytes) || bytes < 16 || bytes > 1024) throw new RangeError('A secret has 16 to 1024 bytes')
  return randomBytes(bytes).toString('base64url')
}

/** A random code of this many characters, each drawn from the alphabet with the same chance. */
export function randomCode(length: number, alphabet: string): string {
  const characters = Array.from(alphabet)
  if (!Number.isInteger(length) || length < 1 || length > 1024) throw new RangeError('A code has 1 to 1024 characters')
  if (characters.length < 2 || new Set(characters).size !== characters.length) {
    throw new RangeError('An alphabet has two or more characters, each once')
  }
  return Array.from({ length }, () => characters[randomInt(characters.length)]).join('')
}
