import { bytes, defineTable, integer, nullable, text } from '../../kernel/storage/index.ts'

/** Identifiers of users. Each is unique within its tenant. */
export const identifiers = defineTable({
  name: 'identifiers',
  columns: {
    id: text(36),
    tenant: text(64),
    userId: text(36),
    /** `did`, `public-key`, `account`, `email`, `phone` or `username`. */
    kind: text(16),
    /** Blind index (keyed hash) of the kind and the normalized value. */
    blindIndex: text(43),
    /** The value before normalization, sealed with the keyring. */
    sealedValue: bytes(1024),
    /** How the identifier was verified: `signature`, `code`, `host`, ...; null for an unverified claim. */
    verifiedBy: nullable(text(64)),
    createdAt: integer(),
  },
  key: ['id'],
  unique: { byBlindIndex: ['tenant', 'blindIndex'] },
  indexes: { byUser: ['userId', 'id'] },
})
