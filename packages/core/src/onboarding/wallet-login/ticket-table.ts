import { defineTable, integer, text } from '../../kernel/storage/index.ts'

/** Single-use tickets that start a session of the host in a browser. */
export const loginTickets = defineTable({
  name: 'login_tickets',
  columns: {
    /** SHA-256 of the ticket, base64url. */
    id: text(43),
    tenant: text(64),
    userId: text(36),
    expiresAt: integer(),
  },
  key: ['id'],
  indexes: { byExpiry: ['expiresAt'], byUser: ['userId'] },
})
