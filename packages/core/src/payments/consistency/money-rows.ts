import {
  afterId,
  type CheckedPage,
  findHoldsWithoutBalance,
  ledgerHolds,
  type LedgerFinding,
  ledgerTransfers,
} from '../ledger/index.ts'
import { paginate } from '../ledger/paginate.ts'
import { type RowOf, selectColumns } from '../../kernel/storage/index.ts'
import type { Services } from '../../platform/services.ts'
import { gatewayTransactions, payments } from '../tables.ts'

const paymentStates = selectColumns(payments, ({ id, tenant, senderId, amount, state, transferId, version }) => {
  return { id, tenant, senderId, amount, state, transferId, version }
})
const transactionStates = selectColumns(
  gatewayTransactions,
  ({ id, tenant, type, amount, state, transferId, version }) => {
    return { id, tenant, type, amount, state, transferId, version }
  },
)
const holdStates = selectColumns(ledgerHolds, ({ id, tenant, owner, currency, amount, state, subject }) => {
  return { id, tenant, owner, currency, amount, state, subject }
})
const knownTransfers = selectColumns(ledgerTransfers, ({ id }) => ({ id }))
const paymentIds = selectColumns(payments, ({ id }) => ({ id }))
const transactionIds = selectColumns(gatewayTransactions, ({ id }) => ({ id }))

type PaymentState = RowOf<typeof paymentStates>
type TransactionState = RowOf<typeof transactionStates>
type HoldState = RowOf<typeof holdStates>

/** A payment, deposit or withdrawal that does not match the ledger. */
export interface MoneyFault {
  readonly finding:
    | 'payment-without-hold'
    | 'payment-without-transfer'
    | 'hold-without-payment'
    | 'transaction-without-hold'
    | 'transaction-without-transfer'
  readonly tenant: string
  /** Id of the payment, transaction or hold. */
  readonly subject: string
  readonly detail: string
}

/** Maximum number of re-reads of a suspicious row, which may have changed between two reads. */
const maxReads = 20

/** Compares the payments with their holds and their transfers. */
export async function* checkPayments(
  services: Services,
  start: string | undefined,
): AsyncGenerator<CheckedPage<MoneyFault>> {
  for await (const page of paginate(services.storage, paymentStates, 'id', afterId, ({ id }) => id, start)) {
    const findings: MoneyFault[] = []
    for (const row of await findSuspicious(services, page, paymentFault))
      findings.push(...(await recheckPayment(services, row.id)))
    yield { after: page.at(-1)?.id ?? '', rows: page.length, findings }
  }
}

/** Compares the deposits and withdrawals with their holds and their transfers. */
export async function* checkTransactions(
  services: Services,
  start: string | undefined,
): AsyncGenerator<CheckedPage<MoneyFault>> {
  for await (const page of paginate(services.storage, transactionStates, 'id', afterId, ({ id }) => id, start)) {
    const findings: MoneyFault[] = []
    for (const row of await findSuspicious(services, page, transactionFault))
      findings.push(...(await recheckTransaction(services, row.id)))
    yield { after: page.at(-1)?.id ?? '', rows: page.length, findings }
  }
}

/** Every pending hold must belong to a payment, to a withdrawal or to the host, and be part of a held balance. */
export async function* checkHolds(
  services: Services,
  start: string | undefined,
): AsyncGenerator<CheckedPage<MoneyFault | LedgerFinding>> {
  const { storage } = services
  const where = (after: string | undefined) => ({ state: 'pending', ...afterId(after) })
  for await (const page of paginate(storage, holdStates, 'id', where, ({ id }) => id, start)) {
    const ids = page.filter(({ subject }) => !subject.startsWith('host:')).map(({ id }) => id)
    const owned = new Set([
      ...(await storage.find(paymentIds, { where: { id: { in: ids } } })).map(({ id }) => id),
      ...(await storage.find(transactionIds, { where: { id: { in: ids } } })).map(({ id }) => id),
    ])
    const unowned = page
      .filter(({ id }) => ids.includes(id) && !owned.has(id))
      .map(({ id, tenant, amount }): MoneyFault => {
        return { finding: 'hold-without-payment', tenant, subject: id, detail: `amount ${amount}` }
      })
    const findings = [...unowned, ...(await findHoldsWithoutBalance(services, page))]
    yield { after: page.at(-1)?.id ?? '', rows: page.length, findings }
  }
}

/**
 * Returns the finding for a row, given its hold and whether its transfer exists; undefined if the row is consistent.
 */
type Fault<R> = (row: R, hold: HoldState | undefined, hasTransfer: boolean) => MoneyFault['finding'] | undefined

const paymentFault: Fault<PaymentState> = (row, hold, hasTransfer) => {
  const expected = row.state === 'pending' ? 'pending' : row.state === 'completed' ? 'captured' : 'released'
  if (hold?.state !== expected || hold.amount !== row.amount || hold.owner !== row.senderId)
    return 'payment-without-hold'
  return hasTransfer === (row.state !== 'pending') ? undefined : 'payment-without-transfer'
}

const transactionFault: Fault<TransactionState> = (row, hold, hasTransfer) => {
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
  const [holds, transfers] = await Promise.all([
    services.storage.find(holdStates, { where: { id: { in: ids } } }),
    services.storage.find(knownTransfers, { where: { id: { in: transferIds } } }),
  ])
  const holdById = new Map(holds.map((hold) => [hold.id, hold]))
  const known = new Set(transfers.map(({ id }) => id))
  return rows.filter(
    (row) => fault(row, holdById.get(row.id), row.transferId !== null && known.has(row.transferId)) !== undefined,
  )
}

/** Reports a fault only if the row did not change while its hold was read. */
async function recheckPayment(services: Services, id: string): Promise<MoneyFault[]> {
  for (let read = 0; read < maxReads; read++) {
    const [before] = await services.storage.find(paymentStates, { where: { id }, limit: 1 })
    if (before === undefined) return []
    const [hold] = await services.storage.find(holdStates, { where: { id }, limit: 1 })
    const finding = paymentFault(before, hold, await transferExists(services, before))
    if (finding === undefined) return []
    const [after] = await services.storage.find(paymentStates, { where: { id }, limit: 1 })
    if (after?.version === before.version) return [toFinding(finding, before, `${before.state}, hold ${hold?.state}`)]
  }
  return []
}

async function recheckTransaction(services: Services, id: string): Promise<MoneyFault[]> {
  for (let read = 0; read < maxReads; read++) {
    const [before] = await services.storage.find(transactionStates, { where: { id }, limit: 1 })
    if (before === undefined) return []
    const [hold] = await services.storage.find(holdStates, { where: { id }, limit: 1 })
    const finding = transactionFault(before, hold, await transferExists(services, before))
    if (finding === undefined) return []
    const [after] = await services.storage.find(transactionStates, { where: { id }, limit: 1 })
    if (after?.version === before.version) return [toFinding(finding, before, `${before.state}, hold ${hold?.state}`)]
  }
  return []
}

async function transferExists({ storage }: Services, { transferId }: MoneyRow): Promise<boolean> {
  if (transferId === null) return false
  return (await storage.find(knownTransfers, { where: { id: transferId }, limit: 1 })).length > 0
}

function toFinding(finding: MoneyFault['finding'], { tenant, id }: MoneyRow, detail: string): MoneyFault {
  return { finding, tenant, subject: id, detail }
}
