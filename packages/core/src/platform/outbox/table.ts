import { bytes, defineTable, integer, nullable, text } from '../../kernel/storage/index.ts'

/** Messages to the host. Inserted in the commit of the action that they report, deleted once delivered. */
export const outbox = defineTable({
  name: 'outbox',
  columns: {
    id: text(36),
    tenant: text(64),
    /** `payments.requested`, `payments.invited`, ... */
    topic: text(64),
    /** The id of the object that the message is about, such as a payment or a user. */
    subject: text(128),
    /**
     * The user whose name, email or phone the message contains. Erasing the user deletes it. Null if there is no user.
     */
    userId: nullable(text(36)),
    /** JSON, sealed by the keyring. */
    sealedPayload: bytes(),
    createdAt: integer(),
    attempts: integer(),
    /** Null after the last attempt. */
    nextTryAt: nullable(integer()),
  },
  key: ['id'],
  indexes: { due: ['nextTryAt', 'id'], byAge: ['createdAt'], byUser: ['userId', 'id'] },
})
