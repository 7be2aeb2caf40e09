import { auditLedger, type HoldRow, type LedgerFinding, ledgerHolds, ledgerTransfers } from '../ledger/index.ts'
import { pagesBy } from '../ledger/pages.ts'
import type { Services } from '../services.ts'
import type { GatewayRow } from './gateway.ts'
import type { PaymentRow } from './open-payment.ts'
import { gatewayTransactions, paymentProfiles, payments as paymentTable } from './tables.ts'

/** Something that does not add up: of the ledger, or between it and what moved the money. */
export type AuditFinding =
  | LedgerFinding
  | {
      readonly finding:
        | 'payment-without-hold'
        | 'payment-without-transfer'
        | 'hold-without-payment'
        | 'transaction-without-hold'
        | 'transaction-without-transfer'
        | 'pending-count-differs'
      readonly tenant: string
      /** The id of the payment, the transaction, the hold or the user. */
      readonly subject: string
      readonly detail: string
    }

/** What an audit found, and how much it looked at. */
export interface AuditReport {
  readonly findings: readonly AuditFinding[]
  readonly payments: number
  readonly transactions: number
}

/** How often something that seems wrong is looked at again, since it may have changed between two reads. */
const mostLooks = 20

/**
 * Adds up the ledger of all tenants, and compares it with the payments, deposits and withdrawals. Money may move meanwhile. It reads
 * everything: minutes for millions of payments.
 */
export async function audit(services: Services): Promise<AuditReport> {
  const findings: AuditFinding[] = [...(await auditLedger(services))]
  let payments = 0
  let transactions = 0
  for await (const page of pagesBy(services.storage, paymentTable, 'id', fromId, ({ id }) => id)) {
    payments += page.length
    for (const row of await suspicious(services, page, paymentFault)) findings.push(...(await again(services, row.id)))
  }
  for await (const page of pagesBy(services.storage, gatewayTransactions, 'id', fromId, ({ id }) => id)) {
    transactions += page.length
    for (const row of await suspicious(services, page, transactionFault))
      findings.push(...(await transactionAgain(services, row.id)))
  }
  await auditHolds(services, findings)
  await auditCounts(services, findings)
  return { findings, payments, transactions }
}

function fromId(after: string | undefined): { readonly id?: { readonly gt: string } } {
  return after === undefined ? {} : { id: { gt: after } }
}

/** What is wrong with a row whose hold and transfer are these; undefined where nothing is. */
type Fault<R> = (row: R, hold: HoldRow | undefined, hasTransfer: boolean) => AuditFinding['finding'] | undefined

const paymentFault: Fault<PaymentRow> = (row, hold, hasTransfer) => {
  const wanted = row.state === 'pending' ? 'open' : row.state === 'completed' ? 'captured' : 'released'
  if (hold?.state !== wanted || hold.amount !== row.amount || hold.owner !== row.senderId) return 'payment-without-hold'
  return hasTransfer === (row.state !== 'pending') ? undefined : 'payment-without-transfer'
}

const transactionFault: Fault<GatewayRow> = (row, hold, hasTransfer) => {
  if (row.type === 'DEPOSIT')
    return hasTransfer === (row.state === 'SUCCESS') ? undefined : 'transaction-without-transfer'
  const wanted = row.state === 'PENDING' ? 'open' : row.state === 'SUCCESS' ? 'captured' : 'released'
  if (hold?.state !== wanted || hold.amount !== row.amount) return 'transaction-without-hold'
  return hasTransfer === (row.state !== 'PENDING') ? undefined : 'transaction-without-transfer'
}

interface Moving {
  readonly id: string
  readonly tenant: string
  readonly transferId: string | null
}

/** The rows that do not fit their holds and transfers, as far as two reads tell. */
async function suspicious<R extends Moving>(services: Services, rows: readonly R[], fault: Fault<R>): Promise<R[]> {
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

/** A fault counts when the row is the same before and after its hold was read. */
async function again(services: Services, id: string): Promise<AuditFinding[]> {
  for (let look = 0; look < mostLooks; look++) {
    const [before] = await services.storage.find(paymentTable, { where: { id }, limit: 1 })
    if (before === undefined) return []
    const [hold] = await services.storage.find(ledgerHolds, { where: { id }, limit: 1 })
    const finding = paymentFault(before, hold, await isTransferThere(services, before))
    if (finding === undefined) return []
    const [after] = await services.storage.find(paymentTable, { where: { id }, limit: 1 })
    if (after?.version === before.version) return [found(finding, before, `${before.state}, hold ${hold?.state}`)]
  }
  return []
}

async function transactionAgain(services: Services, id: string): Promise<AuditFinding[]> {
  for (let look = 0; look < mostLooks; look++) {
    const [before] = await services.storage.find(gatewayTransactions, { where: { id }, limit: 1 })
    if (before === undefined) return []
    const [hold] = await services.storage.find(ledgerHolds, { where: { id }, limit: 1 })
    const finding = transactionFault(before, hold, await isTransferThere(services, before))
    if (finding === undefined) return []
    const [after] = await services.storage.find(gatewayTransactions, { where: { id }, limit: 1 })
    if (after?.version === before.version) return [found(finding, before, `${before.state}, hold ${hold?.state}`)]
  }
  return []
}

async function isTransferThere({ storage }: Services, { transferId }: Moving): Promise<boolean> {
  if (transferId === null) return false
  return (await storage.find(ledgerTransfers, { where: { id: transferId }, limit: 1 })).length > 0
}

function found(finding: AuditFinding['finding'], { tenant, id }: Moving, detail: string): AuditFinding {
  return { finding, tenant, subject: id, detail }
}

/** Every open hold is a payment's, a withdrawal's or the host's own. */
async function auditHolds(services: Services, findings: AuditFinding[]): Promise<void> {
  const where = (after: string | undefined): { state: string; id?: { gt: string } } => ({
    state: 'open',
    ...fromId(after),
  })
  for await (const page of pagesBy(services.storage, ledgerHolds, 'id', where, ({ id }) => id)) {
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

/** The count that keeps a sender from opening more payments is the number of those that are pending. */
async function auditCounts(services: Services, findings: AuditFinding[]): Promise<void> {
  const { storage } = services
  const where = (after: string | undefined): { userId?: { gt: string } } =>
    after === undefined ? {} : { userId: { gt: after } }
  const pending = await pendingBySender(services)
  for await (const page of pagesBy(storage, paymentProfiles, 'userId', where, ({ userId }) => userId)) {
    for (const { userId, tenant, pendingPayments } of page)
      if (pendingPayments !== (pending.get(userId) ?? 0) && !(await countsAgree(services, userId)))
        findings.push({ finding: 'pending-count-differs', tenant, subject: userId, detail: `count ${pendingPayments}` })
  }
}

async function pendingBySender({ storage }: Services): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>()
  const where = (after: string | undefined): { state: string; id?: { gt: string } } => ({
    state: 'pending',
    ...fromId(after),
  })
  for await (const page of pagesBy(storage, paymentTable, 'id', where, ({ id }) => id))
    for (const { senderId } of page) counts.set(senderId, (counts.get(senderId) ?? 0) + 1)
  return counts
}

async function countsAgree({ storage }: Services, userId: string): Promise<boolean> {
  for (let look = 0; look < mostLooks; look++) {
    const rows = await storage.find(paymentTable, { where: { senderId: userId, state: 'pending' } })
    const [profile] = await storage.find(paymentProfiles, { where: { userId }, limit: 1 })
    if (profile?.pendingPayments === rows.length) return true
  }
  return false
}
