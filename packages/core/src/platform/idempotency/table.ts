import { boolean, bytes, defineTable, integer, nullable, text } from '../../kernel/storage/index.ts'

/** Idempotency keys in use, with the stored reply. */
export const idempotencyKeys = defineTable({
  name: 'idempotency_keys',
  columns: {
    /** Keyed hash of tenant, caller, route and key, base64url. The key itself is not stored. */
    id: text(43),
    tenant: text(64),
    /** The request that owns the key. A takeover replaces it, and the previous owner can no longer commit. */
    leaseId: text(36),
    /** The end of the lease, in epoch milliseconds. */
    leaseExpiresAt: integer(),
    /** True once the request has written something. From then on the key cannot be taken over. */
    hasWritten: boolean(),
    /**
     * Hash of the request, keyed by the idempotency key. Null until a body that is read while the request runs is
     * complete.
     */
    fingerprint: nullable(text(43)),
    /** Encrypted with a key derived from both the blind index secret and the idempotency key. */
    reply: nullable(bytes()),
    /** When the reply is deleted: with the row, or within minutes if it carries a secret. Null while there is none. */
    replyExpiresAt: nullable(integer()),
    /** Repeats that did not prove the secrets of the request, plus those that are being checked. */
    failedRepeats: integer(),
    expiresAt: integer(),
  },
  key: ['id'],
  indexes: { byExpiry: ['expiresAt'], byReplyExpiry: ['replyExpiresAt'] },
})
