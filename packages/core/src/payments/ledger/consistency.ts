import { storageLimits } from '../../kernel/storage/index.ts'
import type { Services } from '../../platform/services.ts'
import { mustStayNonNegative, type LedgerAccountRow } from './accounts.ts'
import { entriesBetween, type EntryPage, sumEntries, sumEntriesOf, toEntrySum } from './entry-sums.ts'
import { paginate } from './paginate.ts'
import { ledgerAccounts, ledgerHolds, ledgerTransfers } from './tables.ts'

/** An inconsistency of the ledger. */
export interface LedgerFinding {
  readonly finding:
    | 'transfer-unbalanced'
    | 'transfer-without-entries'
    | 'entry-without-transfer'
    | 'entry-without-account'
    | 'balance-mismatch'
    | 'balance-negative'
    | 'holds-mismatch'
  readonly tenant: string
  /** Id of the transfer or the account. */
  readonly subject: string
  readonly detail: string
}

/** What was found in one page of a table. `after` is the key of its last row. */
export interface CheckedPage<F> {
  readonly after: string
  readonly rows: number
  readonly findings: readonly F[]
}

/** Maximum number of re-reads of an account that is written concurrently. */
const maxReads = 50

/** Accounts per query of their holds. */
const ownersPerQuery = 250

/** Number of accounts without a row that are remembered, so that each is reported once. */
const maxReportedAccounts = 10_000

/**
 * Checks that the entries of each transfer sum to zero, and that each entry has a transfer and an account. Safe while money
 * moves: what looks wrong is read again.
 */
export async function* checkTransfers(
  services: Services,
  start: string | undefined,
): AsyncGenerator<CheckedPage<LedgerFinding>> {
  const findMissingAccounts = missingAccountFinder(services)
  let previous = start
  for await (const transfers of paginate(services.storage, ledgerTransfers, 'id', afterId, ({ id }) => id, start)) {
    const last = transfers.at(-1)?.id ?? ''
    const findings: LedgerFinding[] = []
    const unseen = new Map(transfers.map(({ id, tenant }) => [id, tenant]))
    for await (const entries of entriesBetween(services, previous, last)) {
      for (const transfer of entries.transfers) {
        const hasRow = unseen.delete(transfer.id)
        findings.push(...(hasRow ? findImbalance(transfer) : await findMissingTransfer(services, transfer.id)))
      }
      findings.push(...(await findMissingAccounts(entries.accountIds)))
    }
    for (const [id, tenant] of unseen)
      findings.push({ finding: 'transfer-without-entries', tenant, subject: id, detail: 'no entries' })
    yield { after: last, rows: transfers.length, findings }
    previous = last
  }
  // Entries beyond the last transfer. Those of new transfers are written together with them.
  for await (const entries of entriesBetween(services, previous, undefined)) {
    const findings = await findMissingAccounts(entries.accountIds)
    for (const { id } of entries.transfers) findings.push(...(await findMissingTransfer(services, id)))
    yield { after: previous ?? '', rows: 0, findings }
  }
}

function findImbalance({ id, tenant, total, count }: EntryPage['transfers'][number]): LedgerFinding[] {
  if (total === 0n && count >= 2) return []
  return [{ finding: 'transfer-unbalanced', tenant, subject: id, detail: `sum ${total}` }]
}

async function findMissingTransfer({ storage }: Services, id: string): Promise<LedgerFinding[]> {
  const [row] = await storage.find(ledgerTransfers, { where: { id }, limit: 1 })
  if (row !== undefined) return []
  return [{ finding: 'entry-without-transfer', tenant: '', subject: id, detail: 'there is no such transfer' }]
}

/** Reports each account without a row once. An account is created before its first entry, or with it. */
function missingAccountFinder({ storage }: Services): (ids: readonly string[]) => Promise<LedgerFinding[]> {
  const reported = new Set<string>()
  return async (ids) => {
    const found = new Set<string>()
    for (let from = 0; from < ids.length; from += storageLimits.valuesPerIn) {
      const where = { id: { in: ids.slice(from, from + storageLimits.valuesPerIn) } }
      for (const { id } of await storage.find(ledgerAccounts, { where })) found.add(id)
    }
    const missing = ids.filter((id) => !found.has(id) && !reported.has(id))
    for (const id of missing) if (reported.size < maxReportedAccounts) reported.add(id)
    return missing.map((id) => ({
      finding: 'entry-without-account',
      tenant: '',
      subject: id,
      detail: 'there is no such account',
    }))
  }
}

/**
 * Checks that the entries of each account sum to its balance, and the pending holds of each user to the held balance. Safe
 * while money moves: suspicious accounts are read again until they are stable.
 */
export async function* checkAccounts(
  services: Services,
  start: string | undefined,
): AsyncGenerator<CheckedPage<LedgerFinding>> {
  for await (const page of paginate(services.storage, ledgerAccounts, 'id', afterId, ({ id }) => id, start)) {
    const findings: LedgerFinding[] = []
    const [sums, wrongHolds] = await Promise.all([sumEntriesOf(services, page), findWrongHolds(services, page)])
    for (const row of page) {
      const sum = sums.get(row.id) ?? toEntrySum()
      if (sum.total !== row.balance || sum.count !== row.entries)
        findings.push(...(await recheckAccount(services, row)))
      else if (mustStayNonNegative(row.kind) && row.balance < 0n) findings.push(negativeBalance(row))
    }
    findings.push(...wrongHolds)
    yield { after: page.at(-1)?.id ?? '', rows: page.length, findings }
  }
}

function afterId(after: string | undefined): { readonly id?: { readonly gt: string } } {
  return after === undefined ? {} : { id: { gt: after } }
}

async function recheckAccount(services: Services, { id, tenant }: LedgerAccountRow): Promise<LedgerFinding[]> {
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

async function findWrongHolds(services: Services, page: readonly LedgerAccountRow[]): Promise<LedgerFinding[]> {
  const findings: LedgerFinding[] = []
  const accounts = page.filter(({ kind }) => kind === 'held')
  for (const tenant of new Set(accounts.map((row) => row.tenant))) {
    const rows = accounts.filter((row) => row.tenant === tenant)
    for (let from = 0; from < rows.length; from += ownersPerQuery) {
      const part = rows.slice(from, from + ownersPerQuery)
      const held = await sumHolds(services, tenant, [...new Set(part.map(({ owner }) => owner))])
      for (const row of part)
        if ((held.get(toHolder(row)) ?? 0n) !== row.balance) findings.push(...(await compareHolds(services, row)))
    }
  }
  return findings
}

function toHolder({ owner, currency }: { readonly owner: string; readonly currency: string }): string {
  return `${currency} ${owner}`
}

/** Sums the pending holds by user and currency. */
async function sumHolds(
  { storage }: Services,
  tenant: string,
  owners: readonly string[],
): Promise<ReadonlyMap<string, bigint>> {
  const sums = new Map<string, bigint>()
  const where = { tenant, owner: { in: owners }, state: 'pending' }
  const after = (id: string | undefined) => ({ ...where, ...afterId(id) })
  for await (const holds of paginate(storage, ledgerHolds, 'id', after, ({ id }) => id))
    for (const hold of holds) sums.set(toHolder(hold), (sums.get(toHolder(hold)) ?? 0n) + hold.amount)
  return sums
}

async function compareHolds(services: Services, row: LedgerAccountRow): Promise<LedgerFinding[]> {
  const { id, tenant, owner, currency } = row
  let detail = ''
  for (let read = 0; read < maxReads; read++) {
    const before = await findAccount(services, id)
    const total = (await sumHolds(services, tenant, [owner])).get(toHolder({ owner, currency })) ?? 0n
    if (total === before?.balance) return []
    detail = `held ${before?.balance}, open holds ${total}`
    if ((await findAccount(services, id))?.entries === before?.entries && read > 0) break
  }
  return [{ finding: 'holds-mismatch', tenant, subject: id, detail }]
}

async function findAccount(services: Services, id: string): Promise<LedgerAccountRow | undefined> {
  const [row] = await services.storage.find(ledgerAccounts, { where: { id }, limit: 1 })
  return row
}

function negativeBalance({ id, tenant, balance }: LedgerAccountRow): LedgerFinding {
  return { finding: 'balance-negative', tenant, subject: id, detail: `balance ${balance}` }
}
