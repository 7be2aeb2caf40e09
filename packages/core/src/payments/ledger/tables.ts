import { defineTable, integer, nullable, text, wideInteger } from '../../kernel/storage/index.ts'

/** An amount in minor units of a currency. */
const amount = wideInteger

/**
 * Account rows: one per user account, one per shard of a tenant account. `balance` is the sum of the entries and is
 * written in the same commit; `entries` counts them, so that a consistency check can detect a concurrent write.
 */
export const ledgerAccounts = defineTable({
  name: 'ledger_accounts',
  columns: {
    /** Hash of all that identifies the account, so that it needs no lookup and cannot exist twice. */
    id: text(43),
    tenant: text(64),
    kind: text(16),
    /** A user id; empty for an account of the tenant. */
    owner: text(64),
    currency: text(12),
    shard: integer(),
    balance: amount(),
    entries: integer(),
    createdAt: integer(),
  },
  key: ['id'],
  indexes: { byOwner: ['tenant', 'owner', 'currency', 'kind'] },
})

/** Transfers. Append-only. */
export const ledgerTransfers = defineTable({
  name: 'ledger_transfers',
  columns: {
    /** Made by the caller, so that a repeat is recognized. */
    id: text(36),
    tenant: text(64),
    /** `payment.held`, `deposit`, `grant`, ... */
    kind: text(32),
    currency: text(12),
    /** Id of the payment or the transaction that the transfer belongs to. */
    subject: text(64),
    at: integer(),
  },
  key: ['id'],
  indexes: { byTenant: ['tenant', 'id'], bySubject: ['tenant', 'subject'] },
})

/** Entries: the effect of a transfer on one account. The entries of a transfer sum to zero. Append-only. */
export const ledgerEntries = defineTable({
  name: 'ledger_entries',
  columns: {
    transferId: text(36),
    position: integer(),
    tenant: text(64),
    accountId: text(43),
    amount: amount(),
  },
  key: ['transferId', 'position'],
  indexes: { byAccount: ['accountId', 'transferId'] },
})

/** Holds: money of a user reserved for one purpose, until it is captured or released. */
export const ledgerHolds = defineTable({
  name: 'ledger_holds',
  columns: {
    id: text(36),
    tenant: text(64),
    owner: text(64),
    currency: text(12),
    amount: amount(),
    /** `pending`, `captured`, `released`. */
    state: text(16),
    subject: text(64),
    createdAt: integer(),
    endedAt: nullable(integer()),
  },
  key: ['id'],
  indexes: { byOwner: ['tenant', 'owner', 'currency', 'state'], byState: ['state', 'id'] },
})
