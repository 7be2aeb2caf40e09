import { bytes, defineTable, integer, nullable, text } from '../../kernel/storage/index.ts'

/**
 * Identifiers of users. A username, a DID, a public key and a verified contact (email or phone number) belong to one
 * user of the tenant. Any number of users may claim a contact that none of them has verified.
 */
export const identifiers = defineTable({
  name: 'identifiers',
  columns: {
    id: text(36),
    tenant: text(64),
    userId: text(36),
    /** `did`, `public-key`, `account`, `email`, `phone` or `username`. */
    kind: text(16),
    /**
     * Blind index (keyed hash) of the kind and the normalized value; for an unverified contact, of the user too, so
     * that it collides with nobody.
     */
    blindIndex: text(43),
    /** For an unverified contact, the blind index that it gets when it is verified; null for all others. */
    claimIndex: nullable(text(43)),
    /** The value before normalization, sealed with the keyring. */
    sealedValue: bytes(1024),
    /** How the identifier was verified: `signature`, `code`, `host`, ...; null for an unverified claim. */
    verifiedBy: nullable(text(64)),
    createdAt: integer(),
  },
  key: ['id'],
  unique: { byBlindIndex: ['tenant', 'blindIndex'] },
  indexes: { byUser: ['userId', 'id'], byClaim: ['tenant', 'claimIndex', 'id'] },
})
