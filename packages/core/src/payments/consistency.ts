import {
  checkLedgerConsistency,
  type HoldRow,
  type LedgerFinding,
  ledgerHolds,
  ledgerTransfers,
} from './ledger/index.ts'
import { type ConsistencyOptions, reportPages } from './consistency-progress.ts'
import { paginate } from './ledger/paginate.ts'
import type { Services } from '../platform/services.ts'
import type { GatewayTransactionRow } from './gateway/gateway-transactions.ts'
import type { PaymentRow } from './two-leg/create-payment.ts'
import { checkStatements, type StatementFault } from './statement-consistency.ts'
import { gatewayTransactions, paymentProfiles, payments as paymentTable } from './tables.ts'

/** An inconsistency: within the ledger, or between the ledger and the payments, deposits and withdrawals. */
export type ConsistencyFinding =
  | LedgerFinding
  | StatementFault
  | {
      readonly finding:
        | 'payment-without-hold'
        | 'payment-without-transfer'
        | 'hold-without-payment'
        | 'transaction-without-hold'
        | 'transaction-without-transfer'
        | 'pending-count-mismatch'
      readonly tenant: string
      /** Id of the payment, transaction, hold or user. */
      readonly subject: string
      readonly detail: string
    }

/** The result of a consistency check. */
export interface ConsistencyReport {
  readonly findings: readonly ConsistencyFinding[]
  readonly payments: number
  readonly transactions: number
}

/** Maximum number of re-reads of a findSuspicious row, which may have changed between two reads. */
const maxReads = 20

/**
 * Checks the ledger of all tenants and compares it with the payments, deposits and withdrawals, and those with the
 * statements of the users. Safe while money
 * moves. Reads every row: minutes for millions of payments.
 */
export async function checkPaymentsConsistency(
  hostServices: Services,
  { onProgress }: ConsistencyOptions = {},
): Promise<ConsistencyReport> {
  const services =
    onProgress === undefined
      ? hostServices
      : { ...hostServices, storage: await reportPages(hostServices.storage, onProgress) }
  const findings: ConsistencyFinding[] = [...(await checkLedgerConsistency(services))]
  let payments = 0
  let transactions = 0
  for await (const page of paginate(services.storage, paymentTable, 'id', afterId, ({ id }) => id)) {
    payments += page.length
    for (const row of await findSuspicious(services, page, paymentFault))
      findings.push(...(await recheckPayment(services, row.id)))
  }
  for await (const page of paginate(services.storage, gatewayTransactions, 'id', afterId, ({ id }) => id)) {
    transactions += page.length
    for (const row of await findSuspicious(services, page, transactionFault))
      findings.push(...(await recheckTransaction(services, row.id)))
  }
  await checkHolds(services, findings)
  await checkPendingCounts(services, findings)
  findings.push(...(await checkStatements(services)))
  return { findings, payments, transactions }
}

function afterId(after: string | undefined): { readonly id?: { readonly gt: string } } {
  return after === undefined ? {} : { id: { gt: after } }
}

/**
 * Returns the finding for a row, given its hold and whether its transfer exists; undefined if the row is consistent.
 */
type Fault<R> = (row: R, hold: HoldRow | undefined, hasTransfer: boolean) => ConsistencyFinding['finding'] | undefined

const paymentFault: Fault<PaymentRow> = (row, hold, hasTransfer) => {
  const expected = row.state === 'pending' ? 'pending' : row.state === 'completed' ? 'captured' : 'released'
  if (hold?.state !== expected || hold.amount !== row.amount || hold.owner !== row.senderId)
    return 'payment-without-hold'
  return hasTransfer === (row.state !== 'pending') ? undefined : 'payment-without-transfer'
}

const transactionFault: Fault<GatewayTransactionRow> = (row, hold, hasTransfer) => {
  if (row.type === 'DEPOSIT')
    return hasTransfer === (row.state === 'SUCCESS') ? undefined : 'transaction-without-transfer'
  const expected = row.state === 'PENDING' ? 'pending' : row.state === 'SUCCESS' ? 'captured' : 'released'
  if (hold?.state !== expected || hold.amount !== row.amount) return 'transaction-without-hold'
  return hasTransfer === (row.state !== 'PENDING') ? undefined : 'transaction-without-transfer'
}

interface MoneyRow {
  readonly id: string
  readonly tenant: string
  readonly transferId: string | null
}

/** Returns the rows that do not match their holds and transfers. Not final: the rows were read at different times. */
async function findSuspicious<R extends MoneyRow>(
  services: Services,
  rows: readonly R[],
  fault: Fault<R>,
): Promise<R[]> {
  const ids = rows.map(({ id }) => id)
  const transferIds = rows.map(({ transferId }) => transferId).filter((id) => id !== null)
  const holds = await services.storage.find(ledgerHolds, { where: { id: { in: ids } } })
  const transfers = await services.storage.find(ledgerTransfers, { where: { id: { in: transferIds } } })
  const holdById = new Map(holds.map((hold) => [hold.id, hold]))
  const known = new Set(transfers.map(({ id }) => id))
  return rows.filter(
    (row) => fault(row, holdById.get(row.id), row.transferId !== null && known.has(row.transferId)) !== undefined,
  )
}

/** Reports a fault only if the row did not change while its hold was read. */
async function recheckPayment(services: Services, id: string): Promise<ConsistencyFinding[]> {
  for (let read = 0; read < maxReads; read++) {
    const [before] = await services.storage.find(paymentTable, { where: { id }, limit: 1 })
    if (before === undefined) return []
    const [hold] = await services.storage.find(ledgerHolds, { where: { id }, limit: 1 })
    const finding = paymentFault(before, hold, await transferExists(services, before))
    if (finding === undefined) return []
    const [after] = await services.storage.find(paymentTable, { where: { id }, limit: 1 })
    if (after?.version === before.version) return [toFinding(finding, before, `${before.state}, hold ${hold?.state}`)]
  }
  return []
}

async function recheckTransaction(services: Services, id: string): Promise<ConsistencyFinding[]> {
  for (let read = 0; read < maxReads; read++) {
    const [before] = await services.storage.find(gatewayTransactions, { where: { id }, limit: 1 })
    if (before === undefined) return []
    const [hold] = await services.storage.find(ledgerHolds, { where: { id }, limit: 1 })
    const finding = transactionFault(before, hold, await transferExists(services, before))
    if (finding === undefined) return []
    const [after] = await services.storage.find(gatewayTransactions, { where: { id }, limit: 1 })
    if (after?.version === before.version) return [toFinding(finding, before, `${before.state}, hold ${hold?.state}`)]
  }
  return []
}

async function transferExists({ storage }: Services, { transferId }: MoneyRow): Promise<boolean> {
  if (transferId === null) return false
  return (await storage.find(ledgerTransfers, { where: { id: transferId }, limit: 1 })).length > 0
}

function toFinding(
  finding: ConsistencyFinding['finding'],
  { tenant, id }: MoneyRow,
  detail: string,
): ConsistencyFinding {
  return { finding, tenant, subject: id, detail }
}

/** Every pending hold must belong to a payment, to a withdrawal or to the host. */
async function checkHolds(services: Services, findings: ConsistencyFinding[]): Promise<void> {
  for await (const page of paginate(services.storage, ledgerHolds, 'id', inState('pending'), ({ id }) => id)) {
    const ids = page.filter(({ subject }) => !subject.startsWith('host:')).map(({ id }) => id)
    const owned = new Set([
      ...(await services.storage.find(paymentTable, { where: { id: { in: ids } } })).map(({ id }) => id),
      ...(await services.storage.find(gatewayTransactions, { where: { id: { in: ids } } })).map(({ id }) => id),
    ])
    for (const { id, tenant, amount } of page)
      if (ids.includes(id) && !owned.has(id))
        findings.push({ finding: 'hold-without-payment', tenant, subject: id, detail: `amount ${amount}` })
  }
}

/** The counters of a profile must equal the number of its pending payments, and of its pending deposits and withdrawals. */
async function checkPendingCounts(services: Services, findings: ConsistencyFinding[]): Promise<void> {
  const { storage } = services
  const where = (after: string | undefined): { userId?: { gt: string } } =>
    after === undefined ? {} : { userId: { gt: after } }
  const payments = await countPendingPayments(services)
  const transactions = await countPendingTransactions(services)
  for await (const page of paginate(storage, paymentProfiles, 'userId', where, ({ userId }) => userId)) {
    for (const { userId, tenant, pendingPayments, pendingTransactions } of page) {
      const same =
        pendingPayments === (payments.get(userId) ?? 0) && pendingTransactions === (transactions.get(userId) ?? 0)
      if (!same && !(await countsAgree(services, userId)))
        findings.push({
          finding: 'pending-count-mismatch',
          tenant,
          subject: userId,
          detail: `payments ${pendingPayments}, transactions ${pendingTransactions}`,
        })
    }
  }
}

async function countPendingPayments({ storage }: Services): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>()
  for await (const page of paginate(storage, paymentTable, 'id', inState('pending'), ({ id }) => id))
    for (const { senderId } of page) counts.set(senderId, (counts.get(senderId) ?? 0) + 1)
  return counts
}

async function countPendingTransactions({ storage }: Services): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>()
  for await (const page of paginate(storage, gatewayTransactions, 'id', inState('PENDING'), ({ id }) => id))
    for (const { userId } of page) counts.set(userId, (counts.get(userId) ?? 0) + 1)
  return counts
}

function inState(state: string): (after: string | undefined) => { state: string; id?: { gt: string } } {
  return (after) => ({ state, ...afterId(after) })
}

async function countsAgree({ storage }: Services, userId: string): Promise<boolean> {
  for (let read = 0; read < maxReads; read++) {
    const payments = await storage.find(paymentTable, { where: { senderId: userId, state: 'pending' } })
    const transactions = await storage.find(gatewayTransactions, { where: { userId, state: 'PENDING' } })
    const [profile] = await storage.find(paymentProfiles, { where: { userId }, limit: 1 })
    if (profile?.pendingPayments === payments.length && profile.pendingTransactions === transactions.length) return true
  }
  return false
}
