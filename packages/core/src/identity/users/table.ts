import { defineTable, integer, nullable, text } from '../../kernel/storage/index.ts'

/** Users: people or components of the host's system that own wallets. The host chooses `reference`; it need not be unique. */
export const users = defineTable({
  name: 'users',
  columns: {
    id: text(36),
    tenant: text(64),
    reference: nullable(text(256)),
    /** What created the user: `custody`, `wallet` (a wallet login), `registration` (of payments), or a module. */
    origin: text(32),
    createdAt: integer(),
    archivedAt: nullable(integer()),
  },
  key: ['id'],
  indexes: {
    byTenant: ['tenant', 'id'],
    byOrigin: ['tenant', 'origin', 'id'],
    byReference: ['tenant', 'reference'],
  },
})
