import { bytes, defineTable, integer, text } from '../../kernel/storage/index.ts'

/** Devices that a user trusts, each identified by its key. Untrusted devices are not stored. */
export const devices = defineTable({
  name: 'devices',
  columns: {
    id: text(36),
    tenant: text(64),
    userId: text(36),
    /** RFC 7638 thumbprint of the device's public key. */
    thumbprint: text(43),
    /** Label that the device sent, sealed with the keyring. */
    sealedLabel: bytes(2048),
    trustedAt: integer(),
  },
  key: ['id'],
  unique: { byUser: ['tenant', 'userId', 'thumbprint'] },
  indexes: { byThumbprint: ['tenant', 'thumbprint'] },
})
