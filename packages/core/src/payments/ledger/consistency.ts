import type { Services } from '../../platform/services.ts'
import { type LedgerAccountRow, mustStayNonNegative } from './accounts.ts'
import { paginate } from './paginate.ts'
import { ledgerAccounts, ledgerEntries, ledgerHolds, ledgerTransfers } from './tables.ts'

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

interface Sum {
  total: bigint
  count: number
}

/** Sum of the entries of one transfer. */
interface TransferSum extends Sum {
  readonly tenant: string
}

/** Maximum number of re-reads of an account that is written concurrently. */
const maxReads = 50

/**
 * Checks the ledger: the entries of each transfer sum to zero, the entries of each account to its balance, and the
 * pending holds of each user to the held balance. Safe while money moves: suspicious accounts are read again until
 * they are stable. Needs memory for each account and each transfer id.
 */
export async function checkLedgerConsistency(services: Services): Promise<LedgerFinding[]> {
  const findings: LedgerFinding[] = []
  const accounts = await addUpTransfers(services, findings)
  for await (const page of paginate(
    services.storage,
    ledgerAccounts,
    'id',
    (after) => (after === undefined ? {} : { id: { gt: after } }),
    ({ id }) => id,
  )) {
    for (const row of page) {
      const sum = accounts.get(row.id) ?? { total: 0n, count: 0 }
      accounts.delete(row.id)
      if (sum.total !== row.balance || sum.count !== row.entries)
        findings.push(...(await recheckAccount(services, row)))
      else if (mustStayNonNegative(row.kind) && row.balance < 0n) findings.push(negativeBalance(row))
      if (row.kind === 'held') findings.push(...(await compareHolds(services, row)))
    }
  }
  for (const id of accounts.keys()) findings.push(...(await entriesWithoutAccount(services, id)))
  return findings
}

/** Sums the entries by account. Reports unbalanced transfers. */
async function addUpTransfers(services: Services, findings: LedgerFinding[]): Promise<Map<string, Sum>> {
  const accounts = new Map<string, Sum>()
  const transfers = transferIds(services)
  let current: { id: string; sum: TransferSum } | undefined
  const finishTransfer = async (): Promise<void> => {
    if (current === undefined) return
    const { id, sum } = current
    if (sum.total !== 0n || sum.count < 2)
      findings.push({ finding: 'transfer-unbalanced', tenant: sum.tenant, subject: id, detail: `sum ${sum.total}` })
  }
  const known = new Set<string>()
  for await (const entry of allEntries(services)) {
    if (current?.id !== entry.transferId) {
      await finishTransfer()
      current = { id: entry.transferId, sum: { tenant: entry.tenant, total: 0n, count: 0 } }
      known.add(entry.transferId)
    }
    current.sum.total += entry.amount
    current.sum.count++
    const sum = accounts.get(entry.accountId) ?? { total: 0n, count: 0 }
    accounts.set(entry.accountId, { total: sum.total + entry.amount, count: sum.count + 1 })
  }
  await finishTransfer()
  for await (const { id, tenant } of transfers)
    if (!known.delete(id)) findings.push(...(await checkUnseenTransfer(services, id, tenant)))
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
    // A full page can end inside a transfer, which then starts the next page.
    const whole = rows.length < 1000 ? rows : rows.filter(({ transferId }) => transferId !== last)
    yield* whole
    if (rows.length < 1000) return
    after = whole.at(-1)?.transferId
  }
}

async function* transferIds(services: Services): AsyncGenerator<{ id: string; tenant: string }> {
  for await (const page of paginate(
    services.storage,
    ledgerTransfers,
    'id',
    (after) => (after === undefined ? {} : { id: { gt: after } }),
    ({ id }) => id,
  ))
    yield* page
}

/** Checks a transfer whose entries were not seen: it is new, or has none. */
async function checkUnseenTransfer(services: Services, id: string, tenant: string): Promise<LedgerFinding[]> {
  const entries = await services.storage.find(ledgerEntries, { where: { transferId: id } })
  const total = entries.reduce((sum, { amount }) => sum + amount, 0n)
  if (entries.length >= 2 && total === 0n) return []
  const finding = entries.length === 0 ? 'transfer-without-entries' : 'transfer-unbalanced'
  return [{ finding, tenant, subject: id, detail: `${entries.length} entries, sum ${total}` }]
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

async function sumEntries(services: Services, accountId: string): Promise<Sum> {
  const sum: Sum = { total: 0n, count: 0 }
  for await (const page of paginate(
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

async function compareHolds(services: Services, row: LedgerAccountRow): Promise<LedgerFinding[]> {
  const { id, tenant, owner, currency } = row
  let detail = ''
  for (let read = 0; read < maxReads; read++) {
    const before = await findAccount(services, id)
    const holds = await services.storage.find(ledgerHolds, { where: { tenant, owner, currency, state: 'pending' } })
    const total = holds.reduce((sum, { amount }) => sum + amount, 0n)
    if (total === before?.balance) return []
    detail = `held ${before?.balance}, open holds ${total}`
    if ((await findAccount(services, id))?.entries === before?.entries && read > 0) break
  }
  return [{ finding: 'holds-mismatch', tenant, subject: id, detail }]
}

async function entriesWithoutAccount(services: Services, id: string): Promise<LedgerFinding[]> {
  const row = await findAccount(services, id)
  if (row !== undefined) return recheckAccount(services, row)
  return [{ finding: 'entry-without-account', tenant: '', subject: id, detail: 'there is no such account' }]
}

async function findAccount(services: Services, id: string): Promise<LedgerAccountRow | undefined> {
  const [row] = await services.storage.find(ledgerAccounts, { where: { id }, limit: 1 })
  return row
}

function negativeBalance({ id, tenant, balance }: LedgerAccountRow): LedgerFinding {
  return { finding: 'balance-negative', tenant, subject: id, detail: `balance ${balance}` }
}
