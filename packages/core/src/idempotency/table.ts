import { boolean, bytes, defineTable, integer, nullable, text } from '../storage/index.ts'

/** Idempotency keys that callers have used, and what was replied, for as long as a repeat gets the same reply. */
export const idempotencyKeys = defineTable({
  name: 'idempotency_keys',
  columns: {
    /** Keyed hash of the tenant, the caller, the route and the key, base64url. The key itself is nowhere. */
    id: text(43),
    tenant: text(64),
    /** Of the request that holds the key now: whoever takes it over changes it, and the one before can commit no more. */
    holder: text(36),
    /** Until when the request that holds the key is taken to be running. */
    heldUntil: integer(),
    /** Whether the request has written anything: from then on nobody takes the key over. */
    acted: boolean(),
    /** What was asked, as a hash that is keyed by the key too; null until a body that is read in passing has been read. */
    fingerprint: nullable(text(43)),
    /** Sealed under a secret that is made of the lookup secret and the key, so that it opens for who has both only. */
    reply: nullable(bytes()),
    /** How many other requests came under the key, each counted before it was answered. */
    mismatches: integer(),
    expiresAt: integer(),
  },
  key: ['id'],
  indexes: { byExpiry: ['expiresAt'] },
})
