import { bigint, boolean, bytes, defineTable, integer, nullable, text } from '../../kernel/storage/index.ts'

/**
 * Signed transactions. A row is stored before its transaction is broadcast, so that any process can rebroadcast it. States:
 * - `signed`: not known to have reached a node.
 * - `sent`: a node has accepted it.
 * - `mined`, `failed`: final in a block; `failed` if it was reverted.
 * - `refused`: a node refused it and it is never rebroadcast. If it still has a nonce, its `rawCancellation` fills the nonce.
 * - `replaced`: another transaction used its nonce.
 */
export const transactions = defineTable({
  name: 'transactions',
  columns: {
    id: text(36),
    tenant: text(64),
    walletId: text(36),
    /** As of its wallet. */
    userOrigin: text(32),
    secretType: text(32),
    network: text(64),
    address: text(128),
    /** The type of the request: `TRANSFER`, ... */
    type: text(32),
    /** Null after the nonce was released. */
    nonce: nullable(integer()),
    hash: text(128),
    /** What is broadcast: the transaction, or what its sender replaced it with. `hash` stays that of the first. */
    raw: bytes(),
    /** A signed transaction without effect and with the same nonce, which fills the nonce of a refused transaction. */
    rawCancellation: nullable(bytes()),
    /** The entry point of a user operation (ERC-4337), whose hash is `hash`. Null for a transaction. */
    entryPoint: nullable(text(42)),
    /** The transaction that executed a user operation, once that is final. */
    bundleHash: nullable(text(66)),
    state: text(16),
    /** The error code returned to the sender, if the transaction was refused or replaced. */
    failureCode: nullable(text(64)),
    /** SHA-256 of the idempotency key, in base64url. `contentHash` is the SHA-256 of the request. */
    idempotencyKey: nullable(text(43)),
    contentHash: text(43),
    createdAt: integer(),
    /** When it can no longer be mined, on chains on which transactions expire: a time in milliseconds, or a block height. */
    expiry: nullable(integer()),
    /** When `maintain()` checks the transaction next. Null if it is final. */
    nextCheckAt: nullable(integer()),
  },
  key: ['id'],
  unique: { byNonce: ['network', 'address', 'nonce'], byIdempotencyKey: ['walletId', 'idempotencyKey'] },
  indexes: {
    byHash: ['tenant', 'hash'],
    byNextCheck: ['nextCheckAt'],
    byCreation: ['createdAt'],
    byTenant: ['tenant', 'id'],
    byUserOrigin: ['tenant', 'userOrigin', 'id'],
  },
})

/**
 * Replacements at higher fees, with the same nonce as their transaction, sealed under the keyring: signed beforehand if the sender
 * allowed fee bumping, or when the sender asks for one. After a replacement is broadcast, either it or the original can be mined.
 */
export const transactionReplacements = defineTable({
  name: 'transaction_replacements',
  columns: {
    id: text(36),
    tenant: text(64),
    transactionId: text(36),
    /** From 1, in order of increasing fees. */
    level: integer(),
    hash: text(128),
    /**
     * Wei in decimal: `maxFeePerGas`, or the `gasPrice` of a legacy transaction, which has no priority fee. On chains of the Bitcoin family, minor
     * units per 1000 virtual bytes.
     */
    maxFeePerGas: text(40),
    priorityFeePerGas: nullable(text(40)),
    /** Null after the transaction became final. */
    sealedRaw: nullable(bytes()),
    broadcastAt: nullable(integer()),
    /** True if it has no effect but to use the nonce, so that the transaction is not executed. */
    cancels: boolean(),
  },
  key: ['id'],
  unique: { byLevel: ['transactionId', 'level'] },
  indexes: { byHash: ['tenant', 'hash'] },
})

/**
 * What transactions without nonces use up, and no other transaction may use: the outputs that they spend (`txid:index`), or their own
 * hash on chains on which an equal transaction would be the same one. Deleted when the transaction is final.
 */
export const transactionReservations = defineTable({
  name: 'transaction_reservations',
  columns: {
    network: text(64),
    resource: text(128),
    tenant: text(64),
    address: text(128),
    transactionId: text(36),
    /** The amount of an output, in minor units. */
    amount: nullable(bigint()),
  },
  key: ['network', 'resource'],
  indexes: { byAccount: ['network', 'address'], byTransaction: ['transactionId'] },
})

/** The next nonce of each account, unless the chain is ahead of it. */
export const accountNonces = defineTable({
  name: 'account_nonces',
  columns: { network: text(64), address: text(128), next: integer() },
  key: ['network', 'address'],
})
