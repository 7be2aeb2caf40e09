import { bytes, defineTable, integer, nullable, text } from '../storage/index.ts'

/** Request ids that callers have used for a step, and what the step answered, until nobody would accept the request id anyway. */
export const requestAnswers = defineTable({
  name: 'request_answers',
  columns: {
    /** SHA-256 of tenant, caller and request id, base64url. */
    id: text(43),
    tenant: text(64),
    /** SHA-256 of the step and everything that was asked of it, base64url. */
    step: text(43),
    /** Sealed by the keyring; null while the step goes on, and for ever where its process died. */
    sealedAnswer: nullable(bytes()),
    expiresAt: integer(),
  },
  key: ['id'],
  indexes: { byExpiry: ['expiresAt'] },
})
