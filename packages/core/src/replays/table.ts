import { defineTable, integer, text } from '../storage/index.ts'

/** Consumed nonces and request ids, hashed, until they would no longer be accepted. */
export const usedOnce = defineTable({
  name: 'used_once',
  columns: {
    /** SHA-256 of purpose, tenant and value, base64url. */
    id: text(43),
    expiresAt: integer(),
  },
  key: ['id'],
  indexes: { byExpiry: ['expiresAt'] },
})
