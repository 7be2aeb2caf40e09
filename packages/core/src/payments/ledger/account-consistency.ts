import { setImmediate } from 'node:timers/promises'
import { readAhead } from '../../kernel/concurrency/read-ahead.ts'
import { type RowOf, selectColumns } from '../../kernel/storage/index.ts'
import type { Services } from '../../platform/services.ts'
import { mustStayNonNegative } from './accounts.ts'
import { afterId, type CheckedPage, type LedgerFinding } from './consistency.ts'
import { entriesPerQuery, type EntrySums, sumAccounts, sumEntries } from './entry-sums.ts'
import { compareHolds, findWrongHolds } from './hold-sums.ts'
import { paginate } from './paginate.ts'
import { ledgerAccounts } from './tables.ts'

const accountBalances = selectColumns(ledgerAccounts, ({ id, tenant, kind, owner, currency, balance, entries }) => {
  return { id, tenant, kind, owner, currency, balance, entries }
})

type AccountBalance = RowOf<typeof accountBalances>

/** Maximum number of re-reads of an account that is written concurrently. */
const maxReads = 50

/** A page of accounts, with the sums of their entries, and of entries between and after them. */
interface AccountPage {
  readonly after: string
  readonly rows: readonly AccountBalance[]
  readonly sums: EntrySums
}

/**
 * Checks that the entries of each account sum to its balance, that each entry has an account, and that the pending holds of each user
 * sum to the held balance. Safe while money moves: suspicious accounts are read again until they are stable.
 */
export async function* checkAccounts(
  services: Services,
  start: string | undefined,
): AsyncGenerator<CheckedPage<LedgerFinding>> {
  for await (const { after, rows, sums } of readAhead(readAccounts(services, start))) {
    const findings: LedgerFinding[] = []
    for (const row of rows) {
      const sum = sums.get(row.id)
      sums.delete(row.id)
      if ((sum?.total ?? 0n) !== row.balance || (sum?.count ?? 0) !== row.entries)
        findings.push(...(await recheckAccount(services, row)))
      else if (mustStayNonNegative(row.kind) && row.balance < 0n) findings.push(negativeBalance(row))
    }
    for (const id of sums.keys()) findings.push(...(await findMissingAccount(services, id)))
    for (const row of await findWrongHolds(services, rows)) findings.push(...(await compareHolds(services, row)))
    yield { after, rows: rows.length, findings }
  }
}

/** Reads all accounts with their entries, and at last the entries beyond the last account. */
async function* readAccounts(services: Services, start: string | undefined): AsyncGenerator<AccountPage, void> {
  let previous = start
  for await (const rows of paginate(services.storage, accountBalances, 'id', afterId, ({ id }) => id, start)) {
    const sums: EntrySums = new Map()
    for (const group of groupAccounts(rows)) {
      const last = group.at(-1)?.id
      for await (const page of sumAccounts(services, previous, last)) {
        for (const [id, { total, count }] of page) {
          const sum = sums.get(id) ?? { total: 0n, count: 0 }
          sums.set(id, { total: sum.total + total, count: sum.count + count })
        }
        // Some storages resolve without I/O.
        await setImmediate()
      }
      previous = last
    }
    yield { after: previous ?? '', rows, sums }
  }
  let reported = ''
  for await (const page of sumAccounts(services, previous, undefined)) {
    const sums = new Map([...page].filter(([id]) => id !== reported))
    reported = [...page.keys()].at(-1) ?? reported
    if (sums.size > 0) yield { after: previous ?? '', rows: [], sums }
  }
}

/** Groups accounts so that the entries of a group are read by one query. An account with more is a group of its own. */
function groupAccounts(accounts: readonly AccountBalance[]): readonly (readonly AccountBalance[])[] {
  const groups: AccountBalance[][] = []
  let entries = 0
  for (const account of accounts) {
    const group = groups.at(-1)
    entries += account.entries
    if (group === undefined || entries >= entriesPerQuery) {
      groups.push([account])
      entries = account.entries
    } else group.push(account)
  }
  return groups
}

/** An account is created before its first entry, or with it. */
async function findMissingAccount(services: Services, id: string): Promise<LedgerFinding[]> {
  if ((await findAccount(services, id)) !== undefined) return []
  return [{ finding: 'entry-without-account', tenant: '', subject: id, detail: 'there is no such account' }]
}

async function recheckAccount(services: Services, { id, tenant }: AccountBalance): Promise<LedgerFinding[]> {
  for (let read = 0; read < maxReads; read++) {
    const before = await findAccount(services, id)
    const { total, count } = await sumEntries(services, id)
    const after = await findAccount(services, id)
    if (before === undefined || after === undefined || before.entries !== after.entries) continue
    if (total !== after.balance || count !== after.entries) {
      const detail = `balance ${after.balance} of ${after.entries} entries, entries ${total} of ${count}`
      return [{ finding: 'balance-mismatch', tenant, subject: id, detail }]
    }
    return mustStayNonNegative(after.kind) && after.balance < 0n ? [negativeBalance(after)] : []
  }
  return [{ finding: 'balance-mismatch', tenant, subject: id, detail: 'the account changed during every read' }]
}

async function findAccount({ storage }: Services, id: string): Promise<AccountBalance | undefined> {
  const [row] = await storage.find(accountBalances, { where: { id }, limit: 1 })
  return row
}

function negativeBalance({ id, tenant, balance }: AccountBalance): LedgerFinding {
  return { finding: 'balance-negative', tenant, subject: id, detail: `balance ${balance}` }
}
