import { defineTable, integer, nullable, text } from '../storage/index.ts'

/** A person or a part of the host's system that holds wallets. The reference is the host's own word for it and need not be unique. */
export const users = defineTable({
  name: 'users',
  columns: {
    id: text(36),
    tenant: text(64),
    reference: nullable(text(256)),
    createdAt: integer(),
    archivedAt: nullable(integer()),
  },
  key: ['id'],
  indexes: { byTenant: ['tenant', 'id'], byReference: ['tenant', 'reference'] },
})
