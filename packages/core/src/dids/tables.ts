import { bytes, defineTable, integer, nullable, text } from '../storage/index.ts'

// The embedded registry. Like a registry on a chain it is public by its nature, and so nothing in it is sealed.

/** Identities with at least one change, and who owns them now. */
export const didIdentities = defineTable({
  name: 'did_identities',
  columns: {
    tenant: text(64),
    /** 0x and 40 hex digits in lower case, as all addresses here. */
    identity: text(42),
    owner: text(42),
    /** The number of the last change. */
    version: integer(),
    /** When it was made, in seconds since 1970. */
    changedAt: integer(),
  },
  key: ['tenant', 'identity'],
})

/** How many changes an owner has signed. */
export const didNonces = defineTable({
  name: 'did_nonces',
  columns: { tenant: text(64), owner: text(42), nonce: integer() },
  key: ['tenant', 'owner'],
})

/** The changes of identities, one row each. Rows are only ever added. */
export const didChanges = defineTable({
  name: 'did_changes',
  columns: {
    tenant: text(64),
    identity: text(42),
    /** Counts the changes of the identity, from 1. */
    version: integer(),
    /** The step that made it: each step makes one change at most. */
    stepId: text(64),
    /** `owner`, `delegate`, `attribute`. */
    kind: text(16),
    /** The name of an attribute, the type of a delegate. */
    name: nullable(text(32)),
    value: nullable(bytes()),
    /** The new owner, the delegate. */
    address: nullable(text(42)),
    /** Seconds since 1970; 0 for an attribute that was revoked. */
    validTo: nullable(integer()),
    /** Seconds since 1970. */
    changedAt: integer(),
  },
  key: ['tenant', 'identity', 'version'],
  unique: { byStep: ['tenant', 'stepId'] },
})
