import { type RowOf, selectColumns, type Where } from '../../kernel/storage/index.ts'
import type { Services } from '../../platform/services.ts'
import { ledgerEntries } from './tables.ts'

/** The entries as a walk along the accounts needs them, and as one along the transfers does. */
const accountEntries = selectColumns(ledgerEntries, ({ accountId, transferId, amount }) => {
  return { accountId, transferId, amount }
})
const transferEntries = selectColumns(ledgerEntries, ({ transferId, amount }) => ({ transferId, amount }))

type AccountEntry = RowOf<typeof accountEntries>

/** Number of entries per query. A commit writes fewer, so that no transfer has more. */
export const entriesPerQuery = 1250

/** The sum and the number of some entries. */
export interface EntrySum {
  total: bigint
  count: number
}

/** Sums of entries, by the transfer or by the account. */
export type EntrySums = Map<string, EntrySum>

/** Adds an amount to the sum of a transfer or an account. */
function addEntry(sums: EntrySums, key: string, amount: bigint): void {
  const sum = sums.get(key)
  if (sum === undefined) sums.set(key, { total: amount, count: 1 })
  else {
    sum.total += amount
    sum.count++
  }
}

/** Sums the entries of each transfer after `after`, up to `last` (or all), page by page. No transfer is in two pages. */
export async function* sumTransfers(
  { storage }: Services,
  after: string | undefined,
  last: string | undefined,
): AsyncGenerator<ReadonlyMap<string, EntrySum>, void> {
  for (let from = after; ; ) {
    const transferId = { gt: from ?? '', ...(last !== undefined && { lte: last }) }
    const rows = await storage.find(transferEntries, {
      where: { transferId },
      orderBy: [['transferId', 'asc']],
      limit: entriesPerQuery,
    })
    const isFull = rows.length === entriesPerQuery
    // A full page can end inside a transfer, which then starts the next page. A commit writes fewer entries than a page has.
    const end = isFull ? rows.at(-1)?.transferId : undefined
    const sums: EntrySums = new Map()
    for (const row of rows) if (row.transferId !== end) addEntry(sums, row.transferId, row.amount)
    if (sums.size > 0) yield sums
    if (!isFull) return
    from = rows.findLast((row) => row.transferId !== end)?.transferId ?? end
  }
}

/** Sums the entries of each account after `after`, up to `last` (or all), page by page. An account can be in several pages. */
export async function* sumAccounts(
  services: Services,
  after: string | undefined,
  last: string | undefined,
): AsyncGenerator<ReadonlyMap<string, EntrySum>, void> {
  for (let from = after ?? ''; from !== last; ) {
    const accountId = { gt: from, ...(last !== undefined && { lte: last }) }
    const { rows, partial } = await readPage(services, { accountId })
    yield toSums(rows)
    if (partial === undefined) return
    for await (const rest of pagesOf(services, partial.accountId, partial.transferId)) yield toSums(rest)
    from = partial.accountId
  }
}

/** Sums all entries of an account, page by page. */
export async function sumEntries(services: Services, accountId: string): Promise<EntrySum> {
  const sums: EntrySums = new Map()
  for await (const rows of pagesOf(services, accountId, '')) for (const { amount } of rows) addEntry(sums, '', amount)
  return sums.get('') ?? { total: 0n, count: 0 }
}

/** Reads the entries of one account in the transfers after `after`. */
async function* pagesOf(services: Services, accountId: string, after: string): AsyncGenerator<AccountEntry[], void> {
  for (let from: string | undefined = after; from !== undefined; ) {
    const { rows, partial } = await readPage(services, { accountId, transferId: { gt: from } })
    yield rows
    from = partial?.transferId
  }
}

/**
 * Reads entries in the order of accounts and transfers. A full page ends with a whole transfer, and `partial` is its last entry. An
 * account has fewer entries in one transfer than a page has rows.
 */
async function readPage(
  { storage }: Services,
  where: Where<AccountEntry>,
): Promise<{ readonly rows: AccountEntry[]; readonly partial?: AccountEntry | undefined }> {
  const orderBy = [
    ['accountId', 'asc'],
    ['transferId', 'asc'],
  ] as const
  const rows = await storage.find(accountEntries, { where, orderBy, limit: entriesPerQuery })
  const end = rows.at(-1)
  if (rows.length < entriesPerQuery || end === undefined) return { rows }
  const isWhole = (row: AccountEntry): boolean => row.transferId !== end.transferId || row.accountId !== end.accountId
  const whole = rows.slice(0, rows.findLastIndex(isWhole) + 1)
  return { rows: whole, partial: whole.at(-1) }
}

function toSums(rows: readonly AccountEntry[]): EntrySums {
  const sums: EntrySums = new Map()
  for (const { accountId, amount } of rows) addEntry(sums, accountId, amount)
  return sums
}
