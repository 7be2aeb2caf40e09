import { bytes, defineTable, integer, nullable, text } from '../../kernel/storage/index.ts'

/** Claimed request ids and their stored replies, until the request id would no longer be accepted. */
export const requestReplies = defineTable({
  name: 'request_replies',
  columns: {
    /** SHA-256 of tenant, caller and request id, base64url. */
    id: text(43),
    tenant: text(64),
    /** SHA-256 of the parts that identify the operation, base64url. */
    fingerprint: text(43),
    /** Sealed by the keyring. Null while the request is running, and permanently if its process crashed. */
    sealedReply: nullable(bytes()),
    expiresAt: integer(),
  },
  key: ['id'],
  indexes: { byExpiry: ['expiresAt'] },
})
