import { bytes, defineTable, integer, nullable, text } from '../storage/index.ts'

/** What a user is known by, besides the id: each belongs to one user of a tenant. */
export const identifiers = defineTable({
  name: 'identifiers',
  columns: {
    id: text(36),
    tenant: text(64),
    userId: text(36),
    /** `did`, `public-key`, `email`, `phone`, `username`. */
    kind: text(16),
    /** A keyed hash of kind and value. */
    lookup: text(43),
    /** The value as it was given, sealed by the keyring. */
    sealedValue: bytes(1024),
    /** How it was shown to be the user's: `signature`, `code`, `host`, ...; null for a mere claim. */
    verifiedBy: nullable(text(64)),
    createdAt: integer(),
  },
  key: ['id'],
  unique: { byLookup: ['tenant', 'lookup'] },
  indexes: { byUser: ['userId', 'id'] },
})
