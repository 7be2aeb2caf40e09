import { defineTable, integer, nullable, text } from '../../kernel/storage/index.ts'

/** Counters of the attempts at passwords and PINs: one row per account and lane, see `attempt-lanes.ts`. */
export const credentialAttempts = defineTable({
  name: 'payment_credential_attempts',
  columns: {
    tenant: text(64),
    /** Blind index of the kind of credential with the user id, or with the email that nobody has registered. */
    account: text(43),
    /** `account`, `strangers`, or the blind index of a source address or an API key. */
    lane: text(43),
    /** Failed attempts since the last success, plus attempts in progress. */
    failures: integer(),
    lockedUntil: integer(),
    /** Id of the newest counted attempt that has not succeeded. */
    lastAttemptId: nullable(text(36)),
    /** Until when a source address that has succeeded is known; 0 if it never has. */
    knownUntil: integer(),
    /** When the row is deleted unless it is used again. */
    expiresAt: integer(),
  },
  key: ['account', 'lane'],
  indexes: { byExpiry: ['expiresAt'] },
})
