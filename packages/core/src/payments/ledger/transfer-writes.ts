import { BillfoldError } from '../../kernel/errors.ts'
import type { Services } from '../../platform/services.ts'
import { insert, update, type Write } from '../../kernel/storage/index.ts'
import { type LedgerAccount, type AccountShard, accountInsert, mustStayNonNegative, pickShard } from './accounts.ts'
import { type AccountBalances, listBalances } from './balances.ts'
import { ledgerAccounts, ledgerEntries, ledgerTransfers } from './tables.ts'

/** The effect of a transfer on one account, in minor units: positive for incoming, negative for outgoing money. */
export interface TransferLeg {
  readonly account: LedgerAccount
  readonly amount: bigint
}

/** Input of a transfer. */
export interface TransferInput {
  /** A UUID made by the caller, so that a repeat is recognized. */
  readonly id: string
  readonly tenant: string
  readonly currency: string
  /** At most 32 characters. */
  readonly kind: string
  /** At most 64 characters. */
  readonly subject: string
  readonly legs: readonly TransferLeg[]
}

/** Maximum number of legs per transfer. */
export const maxLegs = 16

interface LegWithRow {
  readonly row: AccountShard
  readonly amount: bigint
}

/**
 * The writes of a transfer: new account rows, balances (guarded against overdraft), the transfer and its entries.
 * Commit them together, inside `retryOnConflict`, so that the loser of a race re-reads the balances and fails here.
 * Balances are written in the order of their ids, so that concurrent transfers cannot deadlock.
 * @param now time of the transfer, in milliseconds since 1970
 * @param known the balances of the accounts, if this attempt has read them already; not for accounts with several rows
 * @throws BillfoldError `ledger.insufficient-funds`, `ledger.unbalanced`
 */
export async function transferWrites(
  services: Services,
  transfer: TransferInput,
  now: number = services.now(),
  known?: AccountBalances,
): Promise<readonly Write[]> {
  const legs = pickRows(transfer)
  const balances =
    known ??
    (await listBalances(
      services,
      legs.map(({ row }) => row.id),
    ))
  for (const leg of legs) assertNoOverdraft(leg, balances.get(leg.row.id) ?? 0n)
  const missing = legs.filter(({ row }) => !balances.has(row.id)).map(({ row }) => accountInsert(row, now))
  return [...missing, ...entryWrites(transfer, legs, now)]
}

/**
 * The writes of a transfer between accounts that exist, without reading them. The commit fails if an account is missing or would be
 * overdrawn: use it in the first attempt of `retryOnConflict`, and `transferWrites` in the others.
 * @throws BillfoldError `ledger.unbalanced`
 */
export function transferWritesUnread(transfer: TransferInput, now: number): readonly Write[] {
  return entryWrites(transfer, pickRows(transfer), now)
}

function entryWrites(
  { id, tenant, currency, kind, subject }: TransferInput,
  legs: readonly LegWithRow[],
  now: number,
): readonly Write[] {
  return [
    ...legs.map(balanceWrite),
    insert(ledgerTransfers, { id, tenant, kind, currency, subject, at: now }),
    ...legs.map(({ row, amount }, position) =>
      insert(ledgerEntries, { transferId: id, position, tenant, accountId: row.id, amount }),
    ),
  ]
}

/** Picks a row for each leg and sorts the legs by row id. */
function pickRows({ tenant, currency, legs }: TransferInput): readonly LegWithRow[] {
  const picked = legs
    .map(({ account, amount }) => ({ row: pickShard(tenant, currency, account), amount }))
    .sort((one, other) => (one.row.id < other.row.id ? -1 : 1))
  const sum = legs.reduce((total, { amount }) => total + amount, 0n)
  const distinct = new Set(picked.map(({ row }) => row.id)).size
  const isValid = legs.length >= 2 && legs.length <= maxLegs && distinct === legs.length
  if (!isValid || sum !== 0n || legs.some(({ amount }) => amount === 0n)) throw new BillfoldError('ledger.unbalanced')
  return picked
}

function assertNoOverdraft({ row, amount }: LegWithRow, balance: bigint): void {
  if (amount < 0n && mustStayNonNegative(row.kind) && balance + amount < 0n)
    throw new BillfoldError('ledger.insufficient-funds')
}

function balanceWrite({ row, amount }: LegWithRow): Write {
  const floor = amount < 0n && mustStayNonNegative(row.kind) ? { balance: { gte: -amount } } : {}
  return update(ledgerAccounts, { where: { id: row.id, ...floor }, add: { balance: amount, entries: 1 } })
}
