import { bytes, defineTable, integer, nullable, text } from '../../kernel/storage/index.ts'

/** The audit log. Rows are inserted in the commit of the action that they record. Later only `link` is set, once. */
export const auditRecords = defineTable({
  name: 'audit_records',
  columns: {
    id: text(36),
    tenant: text(64),
    at: integer(),
    /** An audit action: `wallet.created`, `signing-method.replaced`, ... */
    action: text(64),
    actor: text(128),
    subject: text(128),
    /** Additional details as JSON. Never contains a secret. */
    detail: nullable(text()),
    /** The number of the chain link that contains the record; null until then. */
    link: nullable(integer()),
  },
  key: ['id'],
  indexes: {
    byTenant: ['tenant', 'id'],
    bySubject: ['tenant', 'subject', 'id'],
    byAction: ['tenant', 'action', 'id'],
    byActor: ['tenant', 'actor', 'id'],
    byTime: ['tenant', 'at'],
    byLink: ['link', 'id'],
  },
})

/**
 * The hash chain over the audit records of all tenants. Each link contains the hash of the previous link and the
 * digests of some records, and is authenticated with a key of the keyring. Write access to the database is not
 * sufficient to forge a link.
 */
export const auditLinks = defineTable({
  name: 'audit_links',
  columns: {
    /** Starts at 1, without gaps. */
    number: integer(),
    /** The creation time, in epoch milliseconds. */
    at: integer(),
    /** The number of records in the link. */
    recordCount: integer(),
    /** For each record, in the order of their ids: the id (16 bytes) and its digest (32 bytes). Null after pruning. */
    digests: nullable(bytes()),
    /** SHA-256 of `digests`. */
    digestsHash: bytes(32),
    /** The hash of the previous link; zeros in the first link. */
    previousHash: bytes(32),
    /** The prune mark: records of the links up to this number were pruned. 0 if none were. */
    prunedTo: integer(),
    /** The id of the keyring key that `mac` is computed with. */
    keyId: text(32),
    /** HMAC-SHA256 of all columns above except `digests`. */
    mac: bytes(32),
  },
  key: ['number'],
})
