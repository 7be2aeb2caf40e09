import { bytes, defineTable, integer, nullable, text } from '../storage/index.ts'

/**
 * Face checks of signing methods, each good for one face and then for one request: begun, and removed when a face is shown;
 * there again once the face was right, and removed when the method is tried.
 */
export const faceChecks = defineTable({
  name: 'face_checks',
  columns: {
    id: text(36),
    tenant: text(64),
    ownerId: text(36),
    methodId: text(36),
    methodVersion: integer(),
    /** The verifier's state of a liveness check, sealed by the keyring, until the face is shown. */
    sealedLiveness: nullable(bytes(8192)),
    /** The request that the check was passed for, sealed by the keyring; null until then. */
    sealedRequest: nullable(bytes(8192)),
    expiresAt: integer(),
  },
  key: ['id'],
  indexes: { byExpiry: ['expiresAt'] },
})
