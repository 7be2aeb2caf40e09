import { bytes, defineTable, integer, nullable, text } from '../../kernel/storage/index.ts'

/** Files uploaded by wallets. Their contents are in the blob store, each encrypted under its own key. */
export const files = defineTable({
  name: 'files',
  columns: {
    /** Also the id of the blob. */
    id: text(36),
    tenant: text(64),
    /** The uploading wallet: blind index of its public key. */
    owner: text(43),
    /** `writing` until the upload is finalized, then `stored`; `removing` once the blob may be deleted. */
    state: text(8),
    /** Media type, detected from the content. */
    type: text(32),
    bytes: integer(),
    /** Key of the blob, sealed by the keyring. */
    sealedKey: bytes(128),
    createdAt: integer(),
    /** Time of the first reference; null if unreferenced. */
    usedAt: nullable(integer()),
  },
  key: ['id'],
  indexes: { byOwner: ['tenant', 'owner', 'id'], byState: ['state', 'createdAt'], byUse: ['usedAt', 'createdAt'] },
})

/** Number and total size of the files of a wallet. */
export const fileQuotas = defineTable({
  name: 'file_quotas',
  columns: { tenant: text(64), owner: text(43), files: integer(), bytes: integer() },
  key: ['tenant', 'owner'],
})

/** Attributes and metadata submitted when the user was created. */
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

/** Submitted applications. */
export const applications = defineTable({
  name: 'applications',
  columns: {
    id: text(36),
    tenant: text(64),
    /** The applying wallet: blind index of its public key. */
    owner: text(43),
    /** The template's id, as JSON. */
    template: text(256),
    status: text(24),
    /** Attributes, files and the note of the latest status change, as JSON, sealed by the keyring. */
    sealedContent: bytes(),
    /** Blind index of the caller's idempotency key. */
    idempotencyKey: nullable(text(43)),
    /** Keyed hash of the submission, to recognise repeated requests. */
    contentHash: text(43),
    createdAt: integer(),
    updatedAt: integer(),
  },
  key: ['id'],
  unique: { byIdempotencyKey: ['tenant', 'owner', 'idempotencyKey'] },
  indexes: { byOwner: ['tenant', 'owner', 'id'], byStatus: ['tenant', 'status', 'id'] },
})
