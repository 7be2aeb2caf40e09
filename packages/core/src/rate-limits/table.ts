import { defineTable, integer, text } from '../storage/index.ts'

/** One count: how many calls of one subject for one purpose (together hashed) one window has seen. */
export const rateLimits = defineTable({
  name: 'rate_limits',
  columns: {
    /** SHA-256 of tenant, name and subject, base64url. */
    subject: text(43),
    /** The window's length in seconds and its number, counted since 1970. */
    seconds: integer(),
    period: integer(),
    count: integer(),
    endsAt: integer(),
  },
  key: ['subject', 'seconds', 'period'],
  indexes: { byEnd: ['endsAt'] },
})
