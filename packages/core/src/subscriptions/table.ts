import { defineTable, integer, nullable, text } from '../storage/index.ts'

/** A paid plan of a user: at most one each. */
export const subscriptions = defineTable({
  name: 'subscriptions',
  columns: {
    userId: text(36),
    tenant: text(64),
    category: text(64),
    /** As it was given: a decimal string of at most 32 characters. */
    amountPaid: text(32),
    seats: integer(),
    paidSeats: integer(),
    defaultSeats: integer(),
    startsAt: integer(),
    /** The first millisecond after it. */
    endsAt: integer(),
    deactivatedAt: nullable(integer()),
    createdAt: integer(),
    version: integer(),
  },
  key: ['userId'],
})
