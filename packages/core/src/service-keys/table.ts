import { boolean, bytes, defineTable, integer, nullable, text } from '../storage/index.ts'

/** What a machine calls with: an id, a secret (sealed by the keyring) and what it may do. */
export const serviceKeys = defineTable({
  name: 'service_keys',
  columns: {
    id: text(36),
    tenant: text(64),
    tag: text(128),
    type: text(32),
    debug: boolean(),
    /** Separated by spaces; `*` stands for all. */
    scopes: text(1024),
    sealedSecret: bytes(512),
    createdAt: integer(),
    revokedAt: nullable(integer()),
  },
  key: ['id'],
  indexes: { byTenant: ['tenant', 'id'] },
})
