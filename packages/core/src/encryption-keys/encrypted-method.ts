import { createDecipheriv, createHash } from 'node:crypto'
import { z } from 'zod'
import { equalSecrets } from '../crypto/index.ts'
import { BillfoldError } from '../errors.ts'
import { useOf, useOnce } from '../replays/use-once.ts'
import type { Services } from '../services.ts'
import { decryptWith } from './keys.ts'

/** How far the clocks of two processes may be apart, in milliseconds: one may take a key that has expired for the other. */
const clockSkew = 60 * 60 * 1000

/** A signing method that came encrypted, and the key that makes the request idempotent. */
export interface DecryptedMethod {
  readonly id: string
  readonly value: string
  readonly idempotencyKey: string
}

const base64 = z
  .string()
  .max(8192)
  .regex(/^[A-Za-z0-9+/_-]*={0,2}$/)

/** What the header holds, as base64 JSON. */
const envelope = z.object({
  encryption: z.object({
    type: z.literal('AES/GCM/NoPadding'),
    key: z.object({ encryptedValue: base64, encryptionKeyId: z.string().max(64) }),
    iv: base64,
  }),
  value: base64,
})

/** What is encrypted in it. */
const content = z.object({
  id: z.string().regex(/^[!-~]{1,64}$/),
  value: z.string().max(1024),
  idempotencyKey: z.string().min(1).max(128),
  signature: z.object({ type: z.literal('sha256'), value: base64 }),
})

/**
 * Opens an `Encrypted-Signing-Method` header: a signing method under AES-256-GCM (tag of 16 bytes at the end), its key under one of our RSA keys, bound to the body by
 * the body's SHA-256 and good for one request.
 * @throws BillfoldError `signing-method.invalid` for anything that does not open or belongs to another body; `request.replayed`
 */
export async function openEncryptedMethod(
  services: Services,
  tenant: string,
  header: string,
  rawBody: Uint8Array,
): Promise<DecryptedMethod> {
  const { encryption, value } = parsed(envelope, Buffer.from(header, 'base64'))
  const { key, iv } = encryption
  const opened = await decryptWith(services, key.encryptionKeyId, Buffer.from(key.encryptedValue, 'base64'))
  if (opened?.plaintext.length !== 32) throw new BillfoldError('signing-method.invalid')
  const plaintext = decrypt(opened.plaintext, Buffer.from(iv, 'base64'), Buffer.from(value, 'base64'))
  const { signature, ...method } = parsed(content, plaintext)
  const digest = createHash('sha256').update(rawBody).digest()
  if (!equalSecrets(digest, Buffer.from(signature.value, 'base64'))) throw new BillfoldError('signing-method.invalid')
  const purpose = `encrypted signing method ${key.encryptionKeyId}`
  await useOnce(services.storage, useOf(purpose, tenant, method.idempotencyKey, opened.expiresAt + clockSkew))
  return method
}

function decrypt(key: Uint8Array, iv: Uint8Array, sealed: Uint8Array): Uint8Array {
  if (iv.length !== 12 || sealed.length < 16) throw new BillfoldError('signing-method.invalid')
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: 16 })
  decipher.setAuthTag(sealed.subarray(-16))
  const plaintext = decipher.update(sealed.subarray(0, -16))
  try {
    decipher.final()
  } catch {
    throw new BillfoldError('signing-method.invalid')
  }
  return plaintext
}

/** Whatever is wrong with it is told by the same error. */
function parsed<S extends z.ZodType>(schema: S, bytes: Uint8Array): z.output<S> {
  try {
    return schema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')))
  } catch {
    throw new BillfoldError('signing-method.invalid')
  }
}
