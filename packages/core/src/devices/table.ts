import { bytes, defineTable, integer, text } from '../storage/index.ts'

/** Devices that a user trusts: keys that they hold. What is not trusted is not kept. */
export const devices = defineTable({
  name: 'devices',
  columns: {
    id: text(36),
    tenant: text(64),
    userId: text(36),
    /** RFC 7638 thumbprint of the device's public key. */
    thumbprint: text(43),
    /** What the device calls itself, sealed by the keyring. */
    sealedLabel: bytes(2048),
    trustedAt: integer(),
  },
  key: ['id'],
  unique: { byUser: ['tenant', 'userId', 'thumbprint'] },
  indexes: { byThumbprint: ['tenant', 'thumbprint'] },
})
