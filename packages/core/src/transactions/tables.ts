import { bytes, defineTable, integer, nullable, text } from '../storage/index.ts'

/**
 * Transactions that were signed. A row is there before its transaction is handed to a node, so that whoever comes next can
 * hand it over again. Its states:
 * - `signed`: nobody knows yet whether a node has it.
 * - `sent`: a node has it.
 * - `mined`, `failed`: it is in a block for good; `failed` without its effect.
 * - `refused`: a node refused it, and it is never handed over again. With a nonce its `cancelRaw` takes its place.
 * - `replaced`: something else used its nonce.
 */
export const transactions = defineTable({
  name: 'transactions',
  columns: {
    id: text(36),
    tenant: text(64),
    walletId: text(36),
    secretType: text(32),
    network: text(64),
    address: text(128),
    /** Null once it was given back. */
    nonce: nullable(integer()),
    hash: text(128),
    raw: bytes(),
    /** A transaction that does nothing, signed for the same nonce: it fills the place of one that was refused. */
    cancelRaw: nullable(bytes()),
    state: text(16),
    /** The code of the error that the sender is told, of one that was refused or replaced. */
    failure: nullable(text(64)),
    /** SHA-256 of the caller's key, and of what was asked under it, in base64url. */
    idempotencyKey: nullable(text(43)),
    contentHash: text(43),
    createdAt: integer(),
    /** When `maintain()` looks at it next; null when nothing is to be expected any more. */
    nextLookAt: nullable(integer()),
  },
  key: ['id'],
  unique: { byNonce: ['network', 'address', 'nonce'], byIdempotencyKey: ['walletId', 'idempotencyKey'] },
  indexes: { byHash: ['tenant', 'hash'], byNextLook: ['nextLookAt'], byCreation: ['createdAt'] },
})

/**
 * The same transactions at higher fees, signed with them for the same nonce, sealed under the keyring: only a transaction
 * whose sender has allowed it has any. Once one is handed to a node it may be the one that is mined.
 */
export const transactionReplacements = defineTable({
  name: 'transaction_replacements',
  columns: {
    id: text(36),
    tenant: text(64),
    transactionId: text(36),
    /** From 1; the higher, the dearer. */
    level: integer(),
    hash: text(128),
    /** In wei, in decimal: `maxFeePerGas`, or `gasPrice` where there is no tip. */
    feePerGas: text(40),
    tipPerGas: nullable(text(40)),
    /** Null once the transaction has ended. */
    sealedRaw: nullable(bytes()),
    handedOverAt: nullable(integer()),
  },
  key: ['id'],
  unique: { byLevel: ['transactionId', 'level'] },
  indexes: { byHash: ['tenant', 'hash'] },
})

/** The nonce that the next transaction of an account takes, unless the chain is ahead of it. */
export const accountNonces = defineTable({
  name: 'account_nonces',
  columns: { network: text(64), address: text(128), next: integer() },
  key: ['network', 'address'],
})
