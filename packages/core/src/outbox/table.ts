import { bytes, defineTable, integer, nullable, text } from '../storage/index.ts'

/** What the host is to be told: written in the commit of the act that it tells of, removed when it is delivered. */
export const outbox = defineTable({
  name: 'outbox',
  columns: {
    id: text(36),
    tenant: text(64),
    /** `payments.requested`, `payments.invited`, ... */
    topic: text(64),
    /** What it is about: the id of a payment, of a user. */
    subject: text(128),
    /** Whose name, email or phone it holds: it goes when they are erased. Null where it is nobody's who is known. */
    userId: nullable(text(36)),
    /** JSON, sealed by the keyring. */
    sealedPayload: bytes(),
    createdAt: integer(),
    attempts: integer(),
    /** Null when delivery was given up. */
    nextTryAt: nullable(integer()),
  },
  key: ['id'],
  indexes: { due: ['nextTryAt', 'id'], byAge: ['createdAt'], byUser: ['userId', 'id'] },
})
