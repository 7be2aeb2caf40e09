import { defineTable, integer, nullable, text } from '../../kernel/storage/index.ts'

/** Users: people or components of the host's system that own wallets. The host chooses `reference`; it need not be unique. */
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
