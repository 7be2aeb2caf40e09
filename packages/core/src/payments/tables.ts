import { boolean, bytes, defineTable, integer, nullable, text, wideInteger } from '../storage/index.ts'

/** What the payments API knows of a user, beside the identifiers. */
export const paymentProfiles = defineTable({
  name: 'payment_profiles',
  columns: {
    userId: text(36),
    tenant: text(64),
    /** Names, address and date of birth as JSON, sealed. */
    sealedProfile: bytes(8192),
    /** The secp256k1 key that the user proves to hold when taking a payment: 33 bytes, hex. */
    proofKey: nullable(text(66)),
    /** How many payments of this sender are pending. */
    pendingPayments: integer(),
    version: integer(),
    createdAt: integer(),
  },
  key: ['userId'],
})

/** A secret that its user types in, as a slow hash, and how often it was guessed wrong. */
export const typedSecrets = defineTable({
  name: 'typed_secrets',
  columns: {
    userId: text(36),
    /** `password`, `pin`. */
    kind: text(16),
    tenant: text(64),
    phc: text(512),
    /** Of a lock PIN the M3 part, sealed. */
    sealedPart: nullable(bytes(256)),
    /** Wrong values since the last right one, and right ones that are being looked at. */
    failures: integer(),
    lockedUntil: integer(),
    /** The newest attempt that was counted and has not succeeded. */
    lastAttempt: nullable(text(36)),
    /** Rises when the value is replaced. */
    version: integer(),
  },
  key: ['userId', 'kind'],
})

/** What an app got when its user logged in. One for each device of a user. */
export const paymentApiKeys = defineTable({
  name: 'payment_api_keys',
  columns: {
    /** SHA-256 of the key, base64url. */
    id: text(43),
    tenant: text(64),
    userId: text(36),
    /** A keyed hash of imei and appid. */
    device: text(43),
    /** Whether it was given to a caller who encrypts, and who then always must. */
    encrypted: boolean(),
    createdAt: integer(),
    expiresAt: integer(),
  },
  key: ['id'],
  unique: { byDevice: ['userId', 'device'] },
  indexes: { byUser: ['userId', 'createdAt'], byExpiry: ['expiresAt'] },
})

/** The one wallet of a user. */
export const paymentWallets = defineTable({
  name: 'payment_wallets',
  columns: { userId: text(36), tenant: text(64), hash: text(43), currency: text(12), createdAt: integer() },
  key: ['userId'],
  unique: { byHash: ['tenant', 'hash'] },
})

/** Whom an opening grant was given to: a keyed hash of an email, a phone or a device. */
export const grantClaims = defineTable({
  name: 'grant_claims',
  columns: { tenant: text(64), claim: text(43), userId: text(36) },
  key: ['tenant', 'claim'],
})

/** How many opening grants a tenant gave in one day. */
export const grantDays = defineTable({
  name: 'grant_days',
  columns: { tenant: text(64), day: text(10), granted: integer() },
  key: ['tenant', 'day'],
})

/** Money on its way from one user to another. Its hold has the same id. */
export const payments = defineTable({
  name: 'payments',
  columns: {
    id: text(36),
    tenant: text(64),
    senderId: text(36),
    /** Null while somebody is invited who is not registered. */
    receiverId: nullable(text(36)),
    /** Of an invitation: a keyed hash of email and phone together. */
    invited: nullable(text(43)),
    currency: text(12),
    amount: wideInteger(),
    /** `pending`, `completed`, `expired`, `cancelled`. */
    state: text(16),
    /** The receiver's proof key when the payment was opened. */
    proofKey: nullable(text(66)),
    senderConfirmedAt: nullable(integer()),
    receiverConfirmedAt: nullable(integer()),
    /** The transfer that completed it or gave the money back. */
    transferId: nullable(text(36)),
    createdAt: integer(),
    expiresAt: integer(),
    endedAt: nullable(integer()),
    version: integer(),
  },
  key: ['id'],
  indexes: {
    bySender: ['senderId', 'state', 'id'],
    byReceiver: ['receiverId', 'state', 'id'],
    byInvited: ['tenant', 'invited', 'state'],
    byExpiry: ['state', 'expiresAt', 'id'],
  },
})

/** Two users between whom a payment was completed; `low` is the lesser id. */
export const paymentPairs = defineTable({
  name: 'payment_pairs',
  columns: { low: text(36), high: text(36), tenant: text(64), since: integer() },
  key: ['low', 'high'],
})

/** What a user's list of transactions shows: a row for each party. */
export const statementRows = defineTable({
  name: 'statement_rows',
  columns: {
    userId: text(36),
    /** Of the payment or of the gateway transaction: ordered by time. */
    id: text(36),
    tenant: text(64),
    /** `payment`, `deposit`, `withdrawal`, `grant`. */
    kind: text(16),
    /** `debit`, `credit`. */
    direction: text(8),
    counterpartId: nullable(text(36)),
    currency: text(12),
    amount: wideInteger(),
    state: text(16),
    at: integer(),
  },
  key: ['userId', 'id'],
})

/** Money that comes in or goes out through a payment gateway. A withdrawal's hold has the same id. */
export const gatewayTransactions = defineTable({
  name: 'gateway_transactions',
  columns: {
    id: text(36),
    tenant: text(64),
    userId: text(36),
    reference: text(128),
    /** `DEPOSIT`, `WITHDRAWAL`. */
    type: text(16),
    currency: text(12),
    amount: wideInteger(),
    gateway: text(64),
    fundingMethod: text(64),
    /** `PENDING`, `SUCCESS`, `FAILED`, `CANCELLED`. */
    state: text(16),
    transferId: nullable(text(36)),
    createdAt: integer(),
    endedAt: nullable(integer()),
    version: integer(),
  },
  key: ['id'],
  indexes: { byReference: ['tenant', 'reference'] },
})

/** The references under which money was moved: each stands for one act of one user. */
export const moneyReferences = defineTable({
  name: 'money_references',
  columns: {
    tenant: text(64),
    reference: text(128),
    userId: text(36),
    /** The payment or the gateway transaction. */
    subject: text(36),
    /** A hash of all that was asked for. */
    content: text(43),
  },
  key: ['tenant', 'reference'],
})

/** People of an evault, whose data is sealed as a whole. */
export const evaultUsers = defineTable({
  name: 'evault_users',
  columns: { id: text(36), tenant: text(64), emailLookup: text(43), sealed: bytes(16384), createdAt: integer() },
  key: ['id'],
  unique: { byEmail: ['tenant', 'emailLookup'] },
})
