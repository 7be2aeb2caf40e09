import { defineTable, integer, nullable, text } from '../storage/index.ts'

/** What a relying party calls the authentication API with. The licence itself, 256 random bits, is kept as its hash alone. */
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
    /** The one community that it is good for; null for all of the tenant. */
    community: nullable(text(128)),
    createdAt: integer(),
    expiresAt: nullable(integer()),
    revokedAt: nullable(integer()),
  },
  key: ['id'],
  unique: { byLicence: ['licenceHash'] },
  indexes: { byTenant: ['tenant', 'id'] },
})
