import { bytes, defineTable, integer, nullable, text, wideInteger } from '@billfold/core/storage'

/** The rules of the tenants. */
export const riskPolicies = defineTable({
  name: 'risk_policies',
  columns: {
    id: text(36),
    tenant: text(64),
    /** The rule as JSON. */
    rule: text(),
    version: integer(),
  },
  key: ['id'],
  indexes: { byTenant: ['tenant', 'id'] },
})

/**
 * What rules count, by counter and time bucket; also the version of a tenant's rules, and when a recipient was first used. One
 * table, so that one read has all that a decision needs.
 */
export const riskCounters = defineTable({
  name: 'risk_counters',
  columns: {
    /** SHA-256 of what is counted, base64url. */
    id: text(43),
    /** The start of the bucket in epoch milliseconds. */
    bucket: integer(),
    tenant: text(64),
    count: integer(),
    amount: wideInteger(),
    /** When maintenance may delete the row, in epoch milliseconds. */
    expiresAt: integer(),
  },
  key: ['id', 'bucket'],
  indexes: { byExpiry: ['expiresAt'] },
})

/** Acts that wait for another signing method, or for approvals. */
export const riskRequests = defineTable({
  name: 'risk_requests',
  columns: {
    id: text(36),
    tenant: text(64),
    /** SHA-256 of the act and of what it requires, base64url. */
    fingerprint: text(43),
    /** `open` while the request can lead to an act, otherwise its id: so an act has one open request. */
    slot: text(36),
    /** The user whose act it is; null for wallets without a user. */
    userId: nullable(text(36)),
    walletId: nullable(text(36)),
    kind: text(32),
    policyId: text(36),
    /** What is required, as JSON. */
    requirement: text(),
    /** A description of the act for those who approve, as JSON, sealed. */
    sealedSummary: bytes(8192),
    /** All that is signed, as JSON, sealed; null if the summary has the whole of it. */
    sealedContent: nullable(bytes()),
    /** `waiting`, `ready`, `consumed`, `rejected`, `expired`. */
    state: text(16),
    approvals: integer(),
    /** The signing method that has confirmed a step-up. */
    confirmedBy: nullable(text(36)),
    createdAt: integer(),
    expiresAt: integer(),
    version: integer(),
  },
  key: ['id'],
  unique: { bySlot: ['fingerprint', 'slot'] },
  indexes: { byState: ['tenant', 'state', 'id'], byUser: ['userId', 'state'], byExpiry: ['state', 'expiresAt'] },
})

/** What users did in the last 30 days, to which an act is compared. */
export const riskActs = defineTable({
  name: 'risk_acts',
  columns: {
    id: text(36),
    tenant: text(64),
    userId: text(36),
    kind: text(32),
    /** The asset whose amount it is; null if the act moves none that is known. */
    asset: nullable(text(128)),
    amount: wideInteger(),
    /** Keyed hashes of the network, the country and the other party; null if unknown. */
    network: nullable(text(43)),
    country: nullable(text(43)),
    counterparty: nullable(text(43)),
    /** The type of the signing method that authorized it; null for acts that need none. */
    method: nullable(text(32)),
    /** Country and coordinates as JSON, sealed; null without `geo`. */
    sealedPlace: nullable(bytes(512)),
    at: integer(),
  },
  key: ['id'],
  indexes: { byUser: ['userId', 'at'], byTime: ['at'] },
})

/** Assessments, retained for 90 days. */
export const riskAssessments = defineTable({
  name: 'risk_assessments',
  columns: {
    id: text(36),
    tenant: text(64),
    userId: text(36),
    /** The kind of act that was assessed; null for the user as such. */
    kind: nullable(text(32)),
    /** The version of the factors that it was computed with. */
    factorsVersion: text(43),
    /** In hundredths: 0 to 10,000. */
    score: integer(),
    severity: text(8),
    /** Signals and factors as JSON, sealed. */
    sealedDetail: bytes(32_768),
    at: integer(),
  },
  key: ['id'],
  indexes: { byUser: ['userId', 'id'], byTenant: ['tenant', 'at'], byTime: ['at'] },
})

/** Who has approved what. */
export const riskApprovals = defineTable({
  name: 'risk_approvals',
  columns: { requestId: text(36), userId: text(36), tenant: text(64), methodId: text(36), at: integer() },
  key: ['requestId', 'userId'],
  indexes: { byUser: ['userId'] },
})
