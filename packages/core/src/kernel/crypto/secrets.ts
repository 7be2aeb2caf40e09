import { createHash, randomBytes, randomInt, timingSafeEqual as equalDigests } from 'node:crypto'

/**
 * Compares two secrets in constant time: the duration does not depend on where they differ. Unlike `timingSafeEqual` of
 * node:crypto it accepts inputs of different lengths, and strings (as UTF-8). The lengths themselves are not hidden.
 */
export function timingSafeEqual(a: string | Uint8Array, b: string | Uint8Array): boolean {
  return equalDigests(digest(a), digest(b))
}

function digest(value: string | Uint8Array): Uint8Array {
  return createHash('sha256').update(value).digest()
}

/**
 * Generates a random secret in unpadded base64url.
 *
 * @param bytes the number of random bytes, 16 to 1,024; defaults to 32
 * @throws RangeError if `bytes` is out of range
 */
export function randomSecret(bytes = 32): string {
  if (!Number.isInteger(bytes) || bytes < 16 || bytes > 1024)
    throw new RangeError(`A secret must have 16 to 1024 bytes, not ${bytes}`)
  return randomBytes(bytes).toString('base64url')
}

/**
 * Generates a random code whose characters are drawn uniformly from an alphabet.
 *
 * @param length the number of characters, 1 to 1,024
 * @param alphabet two or more distinct characters
 * @throws RangeError if the length or the alphabet is invalid
 */
export function randomCode(length: number, alphabet: string): string {
  const characters = Array.from(alphabet)
  if (!Number.isInteger(length) || length < 1 || length > 1024)
    throw new RangeError(`A code must have 1 to 1024 characters, not ${length}`)
  if (characters.length < 2 || new Set(characters).size !== characters.length) {
    throw new RangeError('An alphabet must have two or more distinct characters')
  }
  return Array.from({ length }, () => characters[randomInt(characters.length)]).join('')
}
