import { bytes, defineTable, integer, text } from '../../kernel/storage/index.ts'

/** The key pairs that a tenant's callers encrypt to, one per curve. The public key is derived from the private key and not stored. */
export const systemKeys = defineTable({
  name: 'system_keys',
  columns: {
    id: text(36),
    tenant: text(64),
    curve: text(16),
    /** 32 bytes, sealed by the keyring. */
    sealedPrivateKey: bytes(256),
    createdAt: integer(),
  },
  key: ['id'],
  unique: { byCurve: ['tenant', 'curve'] },
})
