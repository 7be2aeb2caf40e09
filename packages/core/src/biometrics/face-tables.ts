import { bytes, defineTable, integer, nullable, text } from '../storage/index.ts'

/** Users who have a face in a community. The version counts every change of their templates. */
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

/** What faces are known by. A removed one stays for a while, without its template, so that all processes learn of it. */
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
    /** SHA-256 of tenant, community and the name in the vendor's store, base64url; null for inline ones. */
    referenceHash: nullable(text(43)),
    /** Sealed by the keyring; null once removed. */
    sealedTemplate: nullable(bytes()),
    /** The version of the gallery that this row was last changed in. */
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

/** One row a community: every change of its templates counts the version up, so that they can be read in order. */
export const faceGalleries = defineTable({
  name: 'face_galleries',
  columns: { tenant: text(64), community: text(128), version: integer(), templates: integer() },
  key: ['tenant', 'community'],
})
