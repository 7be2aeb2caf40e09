import type { RowOf } from '../../kernel/storage/index.ts'
import type { Services } from '../../platform/services.ts'
import type { LedgerAccountRow } from './accounts.ts'
import { ledgerEntries } from './tables.ts'

type EntryRow = RowOf<typeof ledgerEntries>

/** The sum and the number of some entries. */
export interface EntrySum {
  total: bigint
  count: number
}

/** Creates the sum of no entries. */
export function toEntrySum(): EntrySum {
  return { total: 0n, count: 0 }
}

/** Entries per query. A commit writes at most 1,000, so no transfer has more. */
const entriesPerPage = 5000

/** Accounts per query. */
const accountsPerQuery = 500

/** Whole transfers, and the accounts of their entries. */
export interface EntryPage {
  readonly transfers: readonly (EntrySum & { readonly id: string; readonly tenant: string })[]
  readonly accountIds: readonly string[]
}

/** Reads the entries of the transfers after `after`, up to `last` (or all), in pages of whole transfers. */
export async function* entriesBetween(
  { storage }: Services,
  after: string | undefined,
  last: string | undefined,
): AsyncGenerator<EntryPage> {
  for (let from = after; ; ) {
    const transferId = { ...(from !== undefined && { gt: from }), ...(last !== undefined && { lte: last }) }
    const rows = await storage.find(ledgerEntries, {
      where: from === undefined && last === undefined ? {} : { transferId },
      orderBy: [
        ['transferId', 'asc'],
        ['position', 'asc'],
      ],
      limit: entriesPerPage,
    })
    const isFull = rows.length === entriesPerPage
    const whole = isFull ? withoutLastTransfer(rows) : rows
    if (whole.length > 0) yield toEntryPage(whole)
    if (!isFull) return
    from = whole.at(-1)?.transferId
  }
}

/** A full page can end inside a transfer, which then starts the next page, unless nothing else is on the page. */
function withoutLastTransfer(rows: readonly EntryRow[]): readonly EntryRow[] {
  const last = rows.at(-1)?.transferId
  const whole = rows.filter(({ transferId }) => transferId !== last)
  return whole.length === 0 ? rows : whole
}

function toEntryPage(rows: readonly EntryRow[]): EntryPage {
  const transfers = new Map<string, EntrySum & { readonly id: string; readonly tenant: string }>()
  for (const { transferId: id, tenant, amount } of rows) {
    const sum = transfers.get(id) ?? { id, tenant, ...toEntrySum() }
    sum.total += amount
    sum.count++
    transfers.set(id, sum)
  }
  return { transfers: [...transfers.values()], accountIds: [...new Set(rows.map(({ accountId }) => accountId))] }
}

/** Sums the entries of accounts. The sum of an account that is written meanwhile can be incomplete. */
export async function sumEntriesOf(
  services: Services,
  accounts: readonly LedgerAccountRow[],
): Promise<ReadonlyMap<string, EntrySum>> {
  const sums = new Map<string, EntrySum>()
  for (const group of groupAccounts(accounts)) {
    const [first] = group
    if (group.length === 1 && first !== undefined) {
      sums.set(first.id, await sumEntries(services, first.id))
      continue
    }
    const rows = await services.storage.find(ledgerEntries, {
      where: { accountId: { in: group.map(({ id }) => id) } },
      limit: 2 * entriesPerPage,
    })
    for (const { accountId, amount } of rows) {
      const sum = sums.get(accountId) ?? toEntrySum()
      sum.total += amount
      sum.count++
      sums.set(accountId, sum)
    }
  }
  return sums
}

/** Groups accounts so that one query reads the entries of a group. An account with many entries is a group of its own. */
function groupAccounts(accounts: readonly LedgerAccountRow[]): readonly (readonly LedgerAccountRow[])[] {
  const groups: LedgerAccountRow[][] = []
  let entries = 0
  for (const account of accounts.toSorted((left, right) => left.entries - right.entries)) {
    const group = groups.at(-1)
    entries += account.entries
    if (group === undefined || group.length === accountsPerQuery || entries > entriesPerPage) {
      groups.push([account])
      entries = account.entries
    } else group.push(account)
  }
  return groups
}

/** Sums all entries of an account, page by page. */
export async function sumEntries({ storage }: Services, accountId: string): Promise<EntrySum> {
  const sum = toEntrySum()
  for (let after: string | undefined; ; ) {
    const rows = await storage.find(ledgerEntries, {
      where: { accountId, ...(after !== undefined && { transferId: { gt: after } }) },
      orderBy: [['transferId', 'asc']],
      limit: entriesPerPage,
    })
    const isFull = rows.length === entriesPerPage
    const whole = isFull ? withoutLastTransfer(rows) : rows
    sum.count += whole.length
    sum.total = whole.reduce((total, { amount }) => total + amount, sum.total)
    if (!isFull) return sum
    after = whole.at(-1)?.transferId
  }
}
