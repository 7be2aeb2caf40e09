import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto'
import { BillfoldError } from '../../kernel/errors.ts'
import { parseBase64 } from '../../kernel/base64.ts'

const ivBytes = 16
const tagBytes = 16

/** Encrypts with AES-256-GCM under a random IV. @returns padded base64 of IV (16 bytes), ciphertext and tag (16 bytes) */
export function encryptMessage(key: KeyObject, plaintext: string | Uint8Array): string {
  const iv = randomBytes(ivBytes)
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: tagBytes })
  const ciphertext = typeof plaintext === 'string' ? cipher.update(plaintext, 'utf8') : cipher.update(plaintext)
  cipher.final()
  return Buffer.concat([iv, ciphertext, cipher.getAuthTag()]).toString('base64')
}

/**
 * Decrypts a message of {@link encrypt} or of a client.
 * @param text base64 or base64url
 * @throws BillfoldError `channel.invalid` for every failure, to avoid a decryption oracle
 */
export function decryptMessage(key: KeyObject, text: string): Uint8Array {
  const bytes = parseBase64(text)
  if (bytes === undefined || bytes.length < ivBytes + tagBytes) throw new BillfoldError('channel.invalid')
  const end = bytes.length - tagBytes
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, ivBytes), { authTagLength: tagBytes })
  decipher.setAuthTag(bytes.subarray(end))
  const plaintext = decipher.update(bytes.subarray(ivBytes, end))
  try {
    decipher.final()
  } catch {
    throw new BillfoldError('channel.invalid')
  }
  return plaintext
}
