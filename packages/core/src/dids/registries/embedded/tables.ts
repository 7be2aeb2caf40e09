import { bytes, defineTable, integer, nullable, text } from '../../../kernel/storage/index.ts'

// The embedded registry. Like a registry on a chain, its data is public by nature, so nothing is sealed.

/** Identities with at least one change, and their current owner. */
export const didIdentities = defineTable({
  name: 'did_identities',
  columns: {
    tenant: text(64),
    /** 0x and 40 hex digits in lower case, like all addresses here. */
    identity: text(42),
    owner: text(42),
    /** The number of the last change. */
    version: integer(),
    /** The time of the last change, in seconds since 1970. */
    changedAt: integer(),
  },
  key: ['tenant', 'identity'],
})

/** The number of changes that each owner has signed. */
export const didNonces = defineTable({
  name: 'did_nonces',
  columns: { tenant: text(64), owner: text(42), nonce: integer() },
  key: ['tenant', 'owner'],
})

/** The changes of identities, one row each. Append-only. */
export const didChanges = defineTable({
  name: 'did_changes',
  columns: {
    tenant: text(64),
    identity: text(42),
    /** The number of the change of this identity, from 1. */
    version: integer(),
    /** The operation that made the change; an operation makes at most one. */
    operationId: text(64),
    /** `owner`, `delegate`, `attribute`. */
    kind: text(16),
    /** The name of an attribute or the type of a delegate. */
    name: nullable(text(32)),
    value: nullable(bytes()),
    /** The new owner or the delegate. */
    address: nullable(text(42)),
    /** Seconds since 1970; 0 for a revoked attribute. */
    validTo: nullable(integer()),
    /** Seconds since 1970. */
    changedAt: integer(),
  },
  key: ['tenant', 'identity', 'version'],
  unique: { byOperation: ['tenant', 'operationId'] },
})
