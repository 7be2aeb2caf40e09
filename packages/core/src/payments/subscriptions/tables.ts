import { defineTable, integer, nullable, text } from '../../kernel/storage/index.ts'

/** Paid plans: at most one per user. */
export const subscriptions = defineTable({
  name: 'subscriptions',
  columns: {
    userId: text(36),
    tenant: text(64),
    category: text(64),
    /** A decimal string, as given: at most 32 characters. */
    amountPaid: text(32),
    seats: integer(),
    paidSeats: integer(),
    defaultSeats: integer(),
    startsAt: integer(),
    /** Exclusive. */
    endsAt: integer(),
    deactivatedAt: nullable(integer()),
    createdAt: integer(),
    version: integer(),
  },
  key: ['userId'],
})
