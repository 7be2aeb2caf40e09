import { boolean, bytes, defineTable, integer, nullable, text, wideInteger } from '../kernel/storage/index.ts'

/** Profiles of payment users. Email, phone number and username are identifiers of the user. */
export const paymentProfiles = defineTable({
  name: 'payment_profiles',
  columns: {
    userId: text(36),
    tenant: text(64),
    /** Names, address and date of birth as JSON, sealed. */
    sealedProfile: bytes(8192),
    /** Compressed secp256k1 public key (33 bytes, hex) whose possession the user proves when receiving a payment. */
    proofKey: nullable(text(66)),
    /** Number of pending payments of this sender. */
    pendingPayments: integer(),
    /** Number of pending deposits and withdrawals of this user. */
    pendingTransactions: integer(),
    version: integer(),
    createdAt: integer(),
  },
  key: ['userId'],
})

/** Passwords and PINs of payment users, as password hashes. */
export const paymentCredentials = defineTable({
  name: 'payment_credentials',
  columns: {
    userId: text(36),
    /** `password` or `pin`. */
    kind: text(16),
    tenant: text(64),
    phc: text(512),
    /** The last part (M3) of a lock PIN, sealed. */
    sealedM3: nullable(bytes(256)),
    /** Incremented when the value is replaced. */
    version: integer(),
  },
  key: ['userId', 'kind'],
})

/** API keys of payment users, one per device. */
export const paymentApiKeys = defineTable({
  name: 'payment_api_keys',
  columns: {
    /** SHA-256 of the key, base64url. */
    id: text(43),
    tenant: text(64),
    userId: text(36),
    /** Blind index of imei and appid. */
    deviceIndex: text(43),
    /** True if the key is valid for encrypted requests only. */
    encryptionRequired: boolean(),
    createdAt: integer(),
    expiresAt: integer(),
  },
  key: ['id'],
  unique: { byDevice: ['userId', 'deviceIndex'] },
  indexes: { byUser: ['userId', 'createdAt'], byExpiry: ['expiresAt'] },
})

/** Wallets of payment users, one per user. */
export const paymentWallets = defineTable({
  name: 'payment_wallets',
  columns: { userId: text(36), tenant: text(64), hash: text(43), currency: text(12), createdAt: integer() },
  key: ['userId'],
  unique: { byHash: ['tenant', 'hash'] },
})

/** Recipients of opening grants: blind indexes of their email, phone number and device, so that each gets one grant. */
export const grantClaims = defineTable({
  name: 'grant_claims',
  columns: { tenant: text(64), claim: text(43), userId: text(36) },
  key: ['tenant', 'claim'],
})

/** Number of opening grants per tenant and day. */
export const dailyGrants = defineTable({
  name: 'daily_grants',
  columns: { tenant: text(64), day: text(10), grantCount: integer() },
  key: ['tenant', 'day'],
})

/** Two-leg payments. The ledger hold of a payment has the same id. */
export const payments = defineTable({
  name: 'payments',
  columns: {
    id: text(36),
    tenant: text(64),
    senderId: text(36),
    /** Null while an invited receiver has not registered. */
    receiverId: nullable(text(36)),
    /** Blind index of email and phone number of an invited receiver. */
    inviteeIndex: nullable(text(43)),
    currency: text(12),
    amount: wideInteger(),
    /** `pending`, `completed`, `expired`, `cancelled`. */
    state: text(16),
    /** The receiver's proof key when the payment was created. */
    proofKey: nullable(text(66)),
    senderConfirmedAt: nullable(integer()),
    receiverConfirmedAt: nullable(integer()),
    /** The transfer that completed or refunded the payment. */
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
    byInvitee: ['tenant', 'inviteeIndex', 'state'],
    byExpiry: ['state', 'expiresAt', 'id'],
  },
})

/** Pairs of users with a completed payment. Later payments between them need the sender's confirmation only. */
export const knownCounterparties = defineTable({
  name: 'known_counterparties',
  columns: { lowerUserId: text(36), higherUserId: text(36), tenant: text(64), createdAt: integer() },
  key: ['lowerUserId', 'higherUserId'],
})

/** Lines of users' transaction lists: one per party of a payment or transaction. */
export const statementLines = defineTable({
  name: 'statement_lines',
  columns: {
    userId: text(36),
    /** Id of the payment or gateway transaction. UUIDv7, so it sorts by time. */
    id: text(36),
    tenant: text(64),
    /** `payment`, `deposit`, `withdrawal`, `grant`. */
    kind: text(16),
    /** `debit`, `credit`. */
    direction: text(8),
    counterpartyId: nullable(text(36)),
    currency: text(12),
    amount: wideInteger(),
    state: text(16),
    at: integer(),
  },
  key: ['userId', 'id'],
})

/** Deposits and withdrawals through a payment gateway. The ledger hold of a withdrawal has the same id. */
export const gatewayTransactions = defineTable({
  name: 'gateway_transactions',
  columns: {
    id: text(36),
    tenant: text(64),
    userId: text(36),
    /** Who chose the reference: the user id, or `gateway`. */
    caller: text(36),
    /** Blind index of the reference. */
    referenceIndex: text(43),
    /** `DEPOSIT`, `WITHDRAWAL`. */
    type: text(16),
    currency: text(12),
    amount: wideInteger(),
    /** Reference, gateway and funding method, such as an IBAN, as JSON, sealed. Null once the user was erased. */
    sealedDetails: nullable(bytes(1024)),
    /** `PENDING`, `SUCCESS`, `FAILED`, `CANCELLED`; `EXPIRED` for a deposit that can still succeed. */
    state: text(16),
    transferId: nullable(text(36)),
    createdAt: integer(),
    endedAt: nullable(integer()),
    version: integer(),
  },
  key: ['id'],
  indexes: {
    byReference: ['tenant', 'referenceIndex', 'userId'],
    byState: ['state', 'type', 'id'],
    byUser: ['userId', 'id'],
  },
})

/** Idempotency references: each is claimed by one operation of its caller. */
export const referenceClaims = defineTable({
  name: 'reference_claims',
  columns: {
    tenant: text(64),
    /** The user who made the request, or `gateway`. */
    caller: text(36),
    /** Blind index of the reference. */
    referenceIndex: text(43),
    userId: text(36),
    /** Id of the payment or gateway transaction. */
    subjectId: text(36),
    /** Keyed hash of the compared fields of the request, among them an email address or an IBAN. */
    contentHash: text(43),
  },
  key: ['tenant', 'caller', 'referenceIndex'],
})

/** Evault users, with all fields sealed together. */
export const evaultUsers = defineTable({
  name: 'evault_users',
  columns: { id: text(36), tenant: text(64), emailIndex: text(43), sealedFields: bytes(16384), createdAt: integer() },
  key: ['id'],
  unique: { byEmail: ['tenant', 'emailIndex'] },
})
