import { constants, createCipheriv, createHash, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto'

/** The content of an `Encrypted-Signing-Method` header. */
export interface SigningMethodInput {
  readonly id: string
  readonly value: string
  readonly idempotencyKey: string
  /** The body that the header is bound to. */
  readonly body: string
  /** True to flip a bit of the ciphertext. */
  readonly isTampered?: boolean
}

/** Encrypts the header as a client does: AES-256-GCM under a fresh key, the key under RSA-OAEP with SHA-256. */
export function encryptSigningMethod(
  key: { readonly id: string; readonly publicKey: string },
  encryption: SigningMethodInput,
): string {
  const { body, isTampered, ...method } = encryption
  const [secret, iv] = [randomBytes(32), randomBytes(12)]
  const signature = { type: 'sha256', value: createHash('sha256').update(body).digest('base64') }
  const cipher = createCipheriv('aes-256-gcm', secret, iv)
  const sealed = Buffer.concat([
    cipher.update(JSON.stringify({ ...method, signature })),
    cipher.final(),
    cipher.getAuthTag(),
  ])
  if (isTampered === true) sealed.writeUInt8(sealed.readUInt8(0) ^ 1, 0)
  const rsa = createPublicKey({ key: Buffer.from(key.publicKey, 'base64'), format: 'der', type: 'spki' })
  const padding = { key: rsa, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }
  const header = {
    encryption: {
      type: 'AES/GCM/NoPadding',
      key: { encryptedValue: publicEncrypt(padding, secret).toString('base64'), encryptionKeyId: key.id },
      iv: iv.toString('base64'),
    },
    value: sealed.toString('base64'),
  }
  return Buffer.from(JSON.stringify(header)).toString('base64')
}
