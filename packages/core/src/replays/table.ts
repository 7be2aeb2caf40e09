import { defineTable, integer, text } from '../storage/index.ts'

/** What was used and must not be used again: nonces and request ids, hashed, until nobody would accept them anyway. */
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
