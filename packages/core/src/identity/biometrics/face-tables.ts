import { bytes, defineTable, integer, nullable, text } from '../../kernel/storage/index.ts'

/** Enrolled persons: one row per user and community. The version increases with every change of the templates. */
export const facePeople = defineTable({
  name: 'face_people',
  columns: {
    id: text(36),
    tenant: text(64),
    community: text(128),
    userId: text(36),
    version: integer(),
    templates: integer(),
    createdAt: integer(),
  },
  key: ['id'],
  unique: { byUser: ['tenant', 'community', 'userId'] },
  indexes: { byOwner: ['tenant', 'userId'] },
})

/** Face templates. A removed row stays as a tombstone without its template, so that all processes update their galleries. */
export const faceTemplates = defineTable({
  name: 'face_templates',
  columns: {
    id: text(36),
    tenant: text(64),
    community: text(128),
    personId: text(36),
    format: text(64),
    /** `inline` or `reference`. */
    kind: text(16),
    /** SHA-256 of tenant, community and the reference in the vendor's store, base64url; null for inline templates. */
    referenceHash: nullable(text(43)),
    /** Sealed with the keyring; null after removal. */
    sealedTemplate: nullable(bytes()),
    /** Version of the gallery of the last change of this row. */
    galleryVersion: integer(),
    createdAt: integer(),
    removedAt: nullable(integer()),
  },
  key: ['id'],
  indexes: {
    byPerson: ['personId', 'id'],
    byGallery: ['tenant', 'community', 'galleryVersion', 'id'],
    byReference: ['referenceHash'],
    byRemoval: ['removedAt'],
  },
})

/** One row per community. The version increases with every change of templates, which orders the changes. */
export const faceGalleries = defineTable({
  name: 'face_galleries',
  columns: { tenant: text(64), community: text(128), version: integer(), templates: integer() },
  key: ['tenant', 'community'],
})

/** Hashes of the frames of a user's passed liveness checks, so that no frame passes twice. One row per user. */
export const presentedFrames = defineTable({
  name: 'face_presented_frames',
  columns: {
    tenant: text(64),
    userId: text(36),
    version: integer(),
    /** Format, times and hashes, sealed with the keyring. */
    sealedHashes: bytes(),
    expiresAt: integer(),
  },
  key: ['tenant', 'userId'],
  indexes: { byExpiry: ['expiresAt'] },
})
