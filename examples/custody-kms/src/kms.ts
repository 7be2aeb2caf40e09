import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

/** What the host needs of a key management service. */
export interface Kms {
  /** Wraps a key under the master key, which never leaves the service. */
  readonly wrap: (key: Uint8Array) => Promise<Uint8Array>
  readonly unwrap: (wrapped: Uint8Array) => Promise<Uint8Array>
}

/**
 * Stands for a KMS in this example: AES-256-GCM under a key in memory. With a real one, `wrap` and `unwrap` are the calls Encrypt and
 * Decrypt of AWS KMS, `encrypt` and `decrypt` of Google Cloud KMS, or `wrapKey` and `unwrapKey` of Azure Key Vault.
 */
export function memoryKms(masterKey: Uint8Array): Kms {
  return {
    wrap: async (key) => {
      const nonce = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', masterKey, nonce)
      return Buffer.concat([nonce, cipher.update(key), cipher.final(), cipher.getAuthTag()])
    },
    unwrap: async (wrapped) => {
      const decipher = createDecipheriv('aes-256-gcm', masterKey, wrapped.subarray(0, 12))
      decipher.setAuthTag(wrapped.subarray(-16))
      return Buffer.concat([decipher.update(wrapped.subarray(12, -16)), decipher.final()])
    },
  }
}
