import { bytes, defineTable, integer, nullable, text } from '../storage/index.ts'

/** Files that wallets have sent. Their bytes are in the blob store, each sealed under a key of its own. */
export const files = defineTable({
  name: 'files',
  columns: {
    /** Also the id of the blob. */
    id: text(36),
    tenant: text(64),
    /** The wallet that sent it: a keyed hash of its public key. */
    owner: text(43),
    /** `writing` until the blob is whole, `kept`, and `removing` from when its blob may be gone. */
    state: text(8),
    /** The media type, by the bytes themselves. */
    type: text(32),
    bytes: integer(),
    /** The key of the blob, sealed by the keyring. */
    sealedKey: bytes(128),
    createdAt: integer(),
    /** When something first referred to it. */
    usedAt: nullable(integer()),
  },
  key: ['id'],
  indexes: { byOwner: ['tenant', 'owner', 'id'], byState: ['state', 'createdAt'], byUse: ['usedAt', 'createdAt'] },
})

/** How many files and bytes a wallet keeps. */
export const fileQuotas = defineTable({
  name: 'file_quotas',
  columns: { tenant: text(64), owner: text(43), files: integer(), bytes: integer() },
  key: ['tenant', 'owner'],
})

/** What a person said when the user was made. */
export const profiles = defineTable({
  name: 'profiles',
  columns: {
    userId: text(36),
    tenant: text(64),
    /** Attributes and meta, as JSON, sealed by the keyring. */
    sealedContent: bytes(),
    createdAt: integer(),
  },
  key: ['userId'],
})

/** Applications for a template of the host. */
export const applications = defineTable({
  name: 'applications',
  columns: {
    id: text(36),
    tenant: text(64),
    /** The wallet that sent it: a keyed hash of its public key. */
    owner: text(43),
    /** The template's id, as JSON. */
    template: text(256),
    status: text(24),
    /** Attributes, files and the note of the last move, as JSON, sealed by the keyring. */
    sealedContent: bytes(),
    /** A keyed hash of the caller's idempotency key. */
    idempotencyKey: nullable(text(43)),
    /** A keyed hash of what was sent. */
    contentHash: text(43),
    createdAt: integer(),
    updatedAt: integer(),
  },
  key: ['id'],
  unique: { byIdempotencyKey: ['tenant', 'owner', 'idempotencyKey'] },
  indexes: { byOwner: ['tenant', 'owner', 'id'], byStatus: ['tenant', 'status', 'id'] },
})
