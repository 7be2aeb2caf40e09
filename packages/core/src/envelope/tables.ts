import { bytes, defineTable, integer, text } from '../storage/index.ts'

/** The key pair that a tenant's callers encrypt to, one of each curve. The public key is not kept: it follows from the private one. */
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
