import { defineTable, integer, text } from '../../../kernel/storage/index.ts'

/** Codes sent to contacts that users claim. One per user and kind of contact; a new one replaces it. */
export const contactCodes = defineTable({
  name: 'contact_codes',
  columns: {
    userId: text(36),
    /** `email` or `phone`. */
    kind: text(16),
    tenant: text(64),
    /** Id of this code, so that a check counts against the code that it read. */
    id: text(36),
    /** Id of the claimed identifier. */
    identifierId: text(36),
    /** Keyed hash of the code. */
    codeHash: text(43),
    attempts: integer(),
    expiresAt: integer(),
  },
  key: ['userId', 'kind'],
  indexes: { byExpiry: ['expiresAt'] },
})
