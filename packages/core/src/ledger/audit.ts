import type { Services } from '../services.ts'
import { type AccountRow, hasFloor } from './accounts.ts'
import { pagesBy } from './pages.ts'
import { ledgerAccounts, ledgerEntries, ledgerHolds, ledgerTransfers } from './tables.ts'

/** Something that does not add up, and what it is about. */
export interface LedgerFinding {
  readonly finding:
    | 'transfer-unbalanced'
    | 'transfer-without-entries'
    | 'entry-without-transfer'
    | 'entry-without-account'
    | 'balance-differs'
    | 'balance-below-floor'
    | 'holds-differ'
  readonly tenant: string
  /** The id of the transfer or of the account. */
  readonly subject: string
  readonly detail: string
}

interface Sum {
  total: bigint
  count: number
}

/** What the entries say about one transfer. */
interface TransferSum extends Sum {
  readonly tenant: string
}

/** How often an account is looked at again that others are writing meanwhile. */
const mostLooks = 50

/**
 * Adds everything up: the entries of each transfer to zero, the entries of each account to its balance, the open holds of each
 * user to what is held. Money may move meanwhile: what seems not to add up is looked at again, until it holds still. Takes
 * memory for each account and for the id of each transfer.
 */
export async function auditLedger(services: Services): Promise<LedgerFinding[]> {
  const findings: LedgerFinding[] = []
  const accounts = await addUpTransfers(services, findings)
  for await (const page of pagesBy(
    services.storage,
    ledgerAccounts,
    'id',
    (after) => (after === undefined ? {} : { id: { gt: after } }),
    ({ id }) => id,
  )) {
    for (const row of page) {
      const sum = accounts.get(row.id) ?? { total: 0n, count: 0 }
      accounts.delete(row.id)
      if (sum.total !== row.balance || sum.count !== row.entries) findings.push(...(await lookAgain(services, row)))
      else if (hasFloor(row.kind) && row.balance < 0n) findings.push(belowFloor(row))
      if (row.kind === 'held') findings.push(...(await compareHolds(services, row)))
    }
  }
  for (const id of accounts.keys()) findings.push(...(await entriesWithoutAccount(services, id)))
  return findings
}

/** Sums by account; transfers that do not balance become findings. */
async function addUpTransfers(services: Services, findings: LedgerFinding[]): Promise<Map<string, Sum>> {
  const accounts = new Map<string, Sum>()
  const transfers = transferIds(services)
  let current: { id: string; sum: TransferSum } | undefined
  const close = async (): Promise<void> => {
    if (current === undefined) return
    const { id, sum } = current
    if (sum.total !== 0n || sum.count < 2)
      findings.push({ finding: 'transfer-unbalanced', tenant: sum.tenant, subject: id, detail: `sum ${sum.total}` })
  }
  const known = new Set<string>()
  for await (const entry of allEntries(services)) {
    if (current?.id !== entry.transferId) {
      await close()
      current = { id: entry.transferId, sum: { tenant: entry.tenant, total: 0n, count: 0 } }
      known.add(entry.transferId)
    }
    current.sum.total += entry.amount
    current.sum.count++
    const sum = accounts.get(entry.accountId) ?? { total: 0n, count: 0 }
    accounts.set(entry.accountId, { total: sum.total + entry.amount, count: sum.count + 1 })
  }
  await close()
  for await (const { id, tenant } of transfers)
    if (!known.delete(id)) findings.push(...(await bare(services, id, tenant)))
  for (const id of known) {
    const [row] = await services.storage.find(ledgerTransfers, { where: { id }, limit: 1 })
    if (row === undefined)
      findings.push({ finding: 'entry-without-transfer', tenant: '', subject: id, detail: 'there is no such transfer' })
  }
  return accounts
}

async function* allEntries(
  services: Services,
): AsyncGenerator<{ transferId: string; tenant: string; accountId: string; amount: bigint }> {
  let after: string | undefined
  for (;;) {
    const rows = await services.storage.find(ledgerEntries, {
      where: after === undefined ? {} : { transferId: { gt: after } },
      orderBy: [
        ['transferId', 'asc'],
        ['position', 'asc'],
      ],
      limit: 1000,
    })
    const last = rows.at(-1)?.transferId
    // A full page can end in the middle of a transfer, which then is the first of the next one.
    const whole = rows.length < 1000 ? rows : rows.filter(({ transferId }) => transferId !== last)
    yield* whole
    if (rows.length < 1000) return
    after = whole.at(-1)?.transferId
  }
}

async function* transferIds(services: Services): AsyncGenerator<{ id: string; tenant: string }> {
  for await (const page of pagesBy(
    services.storage,
    ledgerTransfers,
    'id',
    (after) => (after === undefined ? {} : { id: { gt: after } }),
    ({ id }) => id,
  ))
    yield* page
}

/** A transfer whose entries were not seen: made since, or without any. */
async function bare(services: Services, id: string, tenant: string): Promise<LedgerFinding[]> {
  const entries = await services.storage.find(ledgerEntries, { where: { transferId: id } })
  const total = entries.reduce((sum, { amount }) => sum + amount, 0n)
  if (entries.length >= 2 && total === 0n) return []
  const finding = entries.length === 0 ? 'transfer-without-entries' : 'transfer-unbalanced'
  return [{ finding, tenant, subject: id, detail: `${entries.length} entries, sum ${total}` }]
}

async function lookAgain(services: Services, { id, tenant }: AccountRow): Promise<LedgerFinding[]> {
  for (let look = 0; look < mostLooks; look++) {
    const before = await findAccount(services, id)
    const { total, count } = await sumOf(services, id)
    const after = await findAccount(services, id)
    if (before === undefined || after === undefined || before.entries !== after.entries) continue
    if (total !== after.balance || count !== after.entries) {
      const detail = `balance ${after.balance} of ${after.entries} entries, entries ${total} of ${count}`
      return [{ finding: 'balance-differs', tenant, subject: id, detail }]
    }
    return hasFloor(after.kind) && after.balance < 0n ? [belowFloor(after)] : []
  }
  return [{ finding: 'balance-differs', tenant, subject: id, detail: 'the account never held still' }]
}

async function sumOf(services: Services, accountId: string): Promise<Sum> {
  const sum: Sum = { total: 0n, count: 0 }
  for await (const page of pagesBy(
    services.storage,
    ledgerEntries,
    'transferId',
    (after) => ({ accountId, ...(after !== undefined && { transferId: { gt: after } }) }),
    ({ transferId }) => transferId,
  )) {
    sum.count += page.length
    sum.total = page.reduce((total, { amount }) => total + amount, sum.total)
  }
  return sum
}

async function compareHolds(services: Services, row: AccountRow): Promise<LedgerFinding[]> {
  const { id, tenant, owner, currency } = row
  let detail = ''
  for (let look = 0; look < mostLooks; look++) {
    const before = await findAccount(services, id)
    const holds = await services.storage.find(ledgerHolds, { where: { tenant, owner, currency, state: 'open' } })
    const total = holds.reduce((sum, { amount }) => sum + amount, 0n)
    if (total === before?.balance) return []
    detail = `held ${before?.balance}, open holds ${total}`
    if ((await findAccount(services, id))?.entries === before?.entries && look > 0) break
  }
  return [{ finding: 'holds-differ', tenant, subject: id, detail }]
}

async function entriesWithoutAccount(services: Services, id: string): Promise<LedgerFinding[]> {
  const row = await findAccount(services, id)
  if (row !== undefined) return lookAgain(services, row)
  return [{ finding: 'entry-without-account', tenant: '', subject: id, detail: 'there is no such account' }]
}

async function findAccount(services: Services, id: string): Promise<AccountRow | undefined> {
  const [row] = await services.storage.find(ledgerAccounts, { where: { id }, limit: 1 })
  return row
}

function belowFloor({ id, tenant, balance }: AccountRow): LedgerFinding {
  return { finding: 'balance-below-floor', tenant, subject: id, detail: `balance ${balance}` }
}
