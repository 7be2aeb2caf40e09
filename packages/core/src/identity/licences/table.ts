import { defineTable, integer, nullable, text } from '../../kernel/storage/index.ts'

/** Licences: the credentials of relying parties for the authentication API. Only the hash of a licence is stored. */
export const licences = defineTable({
  name: 'licences',
  columns: {
    id: text(36),
    tenant: text(64),
    /** SHA-256 of the licence, base64url. */
    licenceHash: text(43),
    tag: text(128),
    /** `standard` or `system`. */
    authLevel: text(16),
    /** The only community that the licence is valid for; null for all of the tenant. */
    community: nullable(text(128)),
    createdAt: integer(),
    expiresAt: nullable(integer()),
    revokedAt: nullable(integer()),
  },
  key: ['id'],
  unique: { byLicence: ['licenceHash'] },
  indexes: { byTenant: ['tenant', 'id'] },
})
