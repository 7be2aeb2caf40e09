import { defineTable, integer, text } from '../../kernel/storage/index.ts'

/** Consumed nonces and request ids, hashed, until they would no longer be accepted. */
export const consumedNonces = defineTable({
  name: 'consumed_nonces',
  columns: {
    /** SHA-256 of purpose, tenant and value, base64url. */
    id: text(43),
    expiresAt: integer(),
  },
  key: ['id'],
  indexes: { byExpiry: ['expiresAt'] },
})
