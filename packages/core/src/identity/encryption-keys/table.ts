import { bytes, defineTable, integer, text } from '../../kernel/storage/index.ts'

/**
 * RSA keys that clients encrypt signing methods to. Each belongs to one period, so that concurrent processes never
 * create two.
 */
export const encryptionKeys = defineTable({
  name: 'encryption_keys',
  columns: {
    id: text(36),
    period: integer(),
    /** SubjectPublicKeyInfo, DER. */
    publicKey: bytes(1024),
    /** PKCS #8, DER, sealed by the keyring. */
    sealedPrivateKey: bytes(4096),
    createdAt: integer(),
    expiresAt: integer(),
  },
  key: ['id'],
  unique: { byPeriod: ['period'] },
})
