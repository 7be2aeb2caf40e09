import { boolean, bytes, defineTable, integer, nullable, text } from '../../kernel/storage/index.ts'

/** Service keys: the credentials of machine clients, with their scopes. */
export const serviceKeyTable = defineTable({
  name: 'service_keys',
  columns: {
    id: text(36),
    tenant: text(64),
    tag: text(128),
    type: text(32),
    debug: boolean(),
    /** Separated by spaces; `*` grants all. */
    scopes: text(1024),
    sealedSecret: bytes(512),
    createdAt: integer(),
    revokedAt: nullable(integer()),
  },
  key: ['id'],
  indexes: { byTenant: ['tenant', 'id'] },
})
