import { parseBase64 } from '../../kernel/base64.ts'
import { createDecipheriv, createHash } from 'node:crypto'
import { z } from 'zod'
import { timingSafeEqual } from '../../kernel/crypto/index.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { consumeNonceWrite, consumeNonce } from '../../platform/replay-protection/nonces.ts'
import type { Services } from '../../platform/services.ts'
import { maxPresentedLength } from '../signing-methods/verify-presented.ts'
import { decryptWithEncryptionKey } from './encryption-keys.ts'

/**
 * The maximum clock skew between processes, in milliseconds. A process that is behind may accept a key that has expired
 * for another one.
 */
const clockSkewMs = 60 * 60 * 1000

/** A decrypted signing method, and the key that makes its request single-use. */
export interface DecryptedSigningMethod {
  readonly id: string
  readonly value: string
  readonly idempotencyKey: string
}

const base64 = z.string().max(8192)

/** The JSON in the header, base64-encoded. */
const headerShape = z.object({
  encryption: z.object({
    type: z.literal('AES/GCM/NoPadding'),
    key: z.object({ encryptedValue: base64, encryptionKeyId: z.string().max(64) }),
    iv: base64,
  }),
  value: base64,
})

/** The encrypted JSON. */
const contentShape = z.object({
  id: z.string().regex(/^[!-~]{1,64}$/),
  value: z.string().max(maxPresentedLength),
  idempotencyKey: z.string().min(1).max(128),
  signature: z.object({ type: z.literal('sha256'), value: base64 }),
})

/**
 * Decrypts an `Encrypted-Signing-Method` header. The signing method is encrypted with AES-256-GCM (16-byte tag at the
 * end), and that key with one of our RSA keys. The content is bound to the request body by its SHA-256 and valid for
 * one request.
 *
 * @param rawBody - the request body as received
 * @throws BillfoldError `signing-method.invalid` if it cannot be decrypted or belongs to another body;
 *   `request.replayed`
 */
export async function decryptSigningMethod(
  services: Services,
  tenant: string,
  header: string,
  rawBody: Uint8Array,
): Promise<DecryptedSigningMethod> {
  const { encryption, value } = parseJson(headerShape, decodeBase64(header))
  const { key, iv } = encryption
  const contentKey = await decryptWithEncryptionKey(services, key.encryptionKeyId, decodeBase64(key.encryptedValue))
  if (contentKey?.plaintext.length !== 32) throw new BillfoldError('signing-method.invalid')
  const plaintext = decrypt(contentKey.plaintext, decodeBase64(iv), decodeBase64(value))
  const { signature, ...method } = parseJson(contentShape, plaintext)
  const digest = createHash('sha256').update(rawBody).digest()
  if (!timingSafeEqual(digest, decodeBase64(signature.value))) throw new BillfoldError('signing-method.invalid')
  const purpose = `encrypted signing method ${key.encryptionKeyId}`
  await consumeNonce(
    services.storage,
    consumeNonceWrite(purpose, tenant, method.idempotencyKey, contentKey.expiresAt + clockSkewMs),
  )
  return method
}

function decrypt(key: Uint8Array, iv: Uint8Array, ciphertext: Uint8Array): Uint8Array {
  if (iv.length !== 12 || ciphertext.length < 16) throw new BillfoldError('signing-method.invalid')
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: 16 })
  decipher.setAuthTag(ciphertext.subarray(-16))
  const plaintext = decipher.update(ciphertext.subarray(0, -16))
  try {
    decipher.final()
  } catch {
    throw new BillfoldError('signing-method.invalid')
  }
  return plaintext
}

function decodeBase64(text: string): Uint8Array {
  const bytes = parseBase64(text)
  if (bytes === undefined) throw new BillfoldError('signing-method.invalid')
  return bytes
}

/** All failures throw the same error, to avoid a decryption oracle. */
function parseJson<S extends z.ZodType>(schema: S, bytes: Uint8Array): z.output<S> {
  try {
    return schema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')))
  } catch {
    throw new BillfoldError('signing-method.invalid')
  }
}
