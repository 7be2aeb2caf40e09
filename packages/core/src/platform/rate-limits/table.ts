import { defineTable, integer, text } from '../../kernel/storage/index.ts'

/** Rate limit counters: the number of calls of one subject for one purpose (hashed together) in one window. */
export const rateLimits = defineTable({
  name: 'rate_limits',
  columns: {
    /** SHA-256 of tenant, name and subject, base64url. */
    subject: text(43),
    /** The window's length in seconds, and its index since the Unix epoch. */
    windowSeconds: integer(),
    windowIndex: integer(),
    count: integer(),
    endsAt: integer(),
  },
  key: ['subject', 'windowSeconds', 'windowIndex'],
  indexes: { byEnd: ['endsAt'] },
})
