import { bytes, defineTable, integer, nullable, text } from '../../kernel/storage/index.ts'

/**
 * Face checks of signing methods, each valid for one face and then for one request. A row is inserted when a check starts,
 * removed when a face is submitted, inserted again when the face matched, and removed when the method is used.
 */
export const faceChecks = defineTable({
  name: 'face_checks',
  columns: {
    id: text(36),
    tenant: text(64),
    ownerId: text(36),
    methodId: text(36),
    methodVersion: integer(),
    /** The verifier's state of the liveness check, sealed with the keyring; null once a face was submitted. */
    sealedLiveness: nullable(bytes(8192)),
    /** The request that the check authorizes, sealed with the keyring; null until the face matched. */
    sealedRequest: nullable(bytes(8192)),
    expiresAt: integer(),
  },
  key: ['id'],
  indexes: { byExpiry: ['expiresAt'] },
})
