import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto'

const sealingKey = randomBytes(32)
const indexKey = randomBytes(32)

/** Encrypts personal data for storage: AES-256-GCM with a random nonce. */
export function seal(text: string): Buffer {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', sealingKey, nonce)
  return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
}

/** Decrypts what {@link seal} has encrypted. */
export function open(sealed: Buffer): string {
  const decipher = createDecipheriv('aes-256-gcm', sealingKey, sealed.subarray(0, 12))
  decipher.setAuthTag(sealed.subarray(-16))
  return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]).toString()
}

/** The keyed hash by which encrypted values are found. */
export function blindIndex(value: string): string {
  return createHmac('sha256', indexKey).update(value.toLowerCase()).digest('base64url')
}

/** The hash of an API key. */
export function hashKey(apiKey: string): string {
  return createHash('sha256').update(apiKey).digest('base64url')
}
