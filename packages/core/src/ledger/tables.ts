import { defineTable, integer, nullable, text, wideInteger } from '../storage/index.ts'

/** Minor units of a currency. */
const amount = wideInteger

/**
 * One row an account, or, of an account that everybody writes, one row a shard. The balance is what its entries sum to, kept
 * in the commit that adds them; `entries` counts them, so that whoever adds them up can tell whether any are still to come.
 */
export const ledgerAccounts = defineTable({
  name: 'ledger_accounts',
  columns: {
    /** A hash of all that names the account, so that nobody has to look it up, and nobody can make it twice. */
    id: text(43),
    tenant: text(64),
    kind: text(16),
    /** A user's id; empty for an account of the tenant. */
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

/** Money that moved, once. Rows are only ever added. */
export const ledgerTransfers = defineTable({
  name: 'ledger_transfers',
  columns: {
    /** Made by whoever asks for the transfer, so that a repeat is recognised. */
    id: text(36),
    tenant: text(64),
    /** `payment.held`, `deposit`, `grant`, ... */
    kind: text(32),
    currency: text(12),
    /** What it is about: the id of a payment, of a deposit. */
    subject: text(64),
    at: integer(),
  },
  key: ['id'],
  indexes: { byTenant: ['tenant', 'id'], bySubject: ['tenant', 'subject'] },
})

/** What a transfer did to one account; the entries of a transfer sum to zero. Rows are only ever added. */
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

/** Money of a user that is set aside for one thing, until it is taken (`captured`) or given back (`released`). */
export const ledgerHolds = defineTable({
  name: 'ledger_holds',
  columns: {
    id: text(36),
    tenant: text(64),
    owner: text(64),
    currency: text(12),
    amount: amount(),
    /** `open`, `captured`, `released`. */
    state: text(16),
    subject: text(64),
    openedAt: integer(),
    endedAt: nullable(integer()),
  },
  key: ['id'],
  indexes: { byOwner: ['tenant', 'owner', 'currency', 'state'], byState: ['state', 'id'] },
})
