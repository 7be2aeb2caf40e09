import { bytes, defineTable, integer, nullable, text } from '../storage/index.ts'

/** Who did what to what, when. Rows are only ever added, in the commit of the act itself; sealing sets `link`, once. */
export const auditRecords = defineTable({
  name: 'audit_records',
  columns: {
    id: text(36),
    tenant: text(64),
    at: integer(),
    /** `wallet.created`, `signing-method.replaced`, ... */
    act: text(64),
    actor: text(128),
    subject: text(128),
    /** What else is known, as JSON; never a secret. */
    detail: nullable(text()),
    /** The link of the chain that seals it; null until then. */
    link: nullable(integer()),
  },
  key: ['id'],
  indexes: { byTenant: ['tenant', 'id'], bySubject: ['tenant', 'subject', 'id'], byLink: ['link', 'id'] },
})

/**
 * The chain over the records of all tenants. Each link names the hash of the one before it and the digests of some records,
 * and is authenticated by the keyring: whoever can only write to the database can make none.
 */
export const auditLinks = defineTable({
  name: 'audit_links',
  columns: {
    /** From 1, without gaps. */
    number: integer(),
    /** When it was made. */
    at: integer(),
    /** How many records it seals. */
    count: integer(),
    /** Of each record, in the order of their ids: the id (16 bytes) and the digest (32). Null once they were pruned. */
    digests: nullable(bytes()),
    /** SHA-256 of `digests`. */
    digestsHash: bytes(32),
    /** The hash of the link before; zeros in the first. */
    previous: bytes(32),
    /** The records of the links up to this one were pruned; 0 while none were. */
    prunedTo: integer(),
    /** The key of the keyring that `mac` is made with. */
    keyId: text(32),
    /** HMAC-SHA256 of all of the above but `digests`. */
    mac: bytes(32),
  },
  key: ['number'],
})
