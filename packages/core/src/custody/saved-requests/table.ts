import { bytes, defineTable, integer, nullable, text } from '../../kernel/storage/index.ts'

/**
 * Transactions and signatures that were asked for and are signed later. States:
 * - `SAVED`: waits for a confirmation by its user.
 * - `READY`: can be signed once, with a signing method of its user.
 * - `SIGNED`: a signature that was given. A transaction that was sent moves to the table of transactions instead.
 * - `CANCELED`: will not be signed.
 *
 * A request that is `SAVED` or `READY` is expired after `expiresAt`.
 */
export const savedRequests = defineTable({
  name: 'saved_requests',
  columns: {
    id: text(36),
    tenant: text(64),
    /** `transaction` or `signature`. */
    kind: text(16),
    walletId: text(36),
    /** The owner of the wallet's key when the request was saved: nobody else can confirm or sign it. */
    ownerId: text(36),
    /** As of its wallet. */
    userOrigin: text(32),
    secretType: text(32),
    /** The type of the request: `TRANSFER`, `MESSAGE`, ... */
    type: text(64),
    state: text(16),
    /** The request as JSON, sealed; null once it is final. */
    sealedRequest: nullable(bytes()),
    /** Of a request with an `Idempotency-Key` of its own, as of transactions. */
    idempotencyKey: nullable(text(43)),
    contentHash: nullable(text(43)),
    createdAt: integer(),
    expiresAt: integer(),
  },
  key: ['id'],
  unique: { byIdempotencyKey: ['walletId', 'idempotencyKey'] },
  indexes: {
    byTenant: ['tenant', 'kind', 'id'],
    byOwner: ['ownerId', 'id'],
    byWallet: ['walletId', 'id'],
    byExpiry: ['expiresAt'],
  },
})
