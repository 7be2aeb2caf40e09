import { type Actor, auditRecord } from '../audit/record.ts'
import { eventWrites } from '../events/write.ts'
import { newId } from '../ids.ts'
import { type HoldRow, releasing } from '../ledger/index.ts'
import { batch, decide, type RowOf, update, type Write } from '../storage/index.ts'
import { messagesToBoth, paymentEventData } from './messages.ts'
import type { Payments } from './settings.ts'
import { statementState } from './statements.ts'
import { paymentProfiles, payments as paymentTable } from './tables.ts'

type PaymentRow = RowOf<typeof paymentTable>

/** Number of payments per query. */
const batchSize = 100

/** Rebuilds the ledger hold from a payment or withdrawal row. */
export function holdOf(row: {
  readonly id: string
  readonly tenant: string
  readonly currency: string
  readonly amount: bigint
  readonly createdAt: number
  readonly owner: string
}): HoldRow {
  const { id, tenant, owner, currency, amount, createdAt } = row
  return { id, tenant, owner, currency, amount, state: 'open', subject: id, openedAt: createdAt, endedAt: null }
}

/**
 * Returns the amount of a pending payment to its sender and notifies both parties.
 * @returns false if the payment had already ended
 */
export async function refundPayment(
  payments: Payments,
  actor: Actor,
  paymentId: string,
  state: 'expired' | 'cancelled',
): Promise<boolean> {
  const { services } = payments
  return decide(async () => {
    const [row] = await services.storage.find(paymentTable, { where: { id: paymentId }, limit: 1 })
    if (row?.state !== 'pending') return false
    const audited = auditRecord(actor, `payment.${state}`, row.id, services.now())
    const events = eventWrites(services, row.tenant, `payment.${state}`, paymentEventData(row))
    await services.storage.commit(batch(...(await refundWrites(payments, row, state)), audited, ...events))
    return true
  })
}

/**
 * The writes common to every end of a payment. They succeed once, because they require the current version of the
 * payment.
 */
export function endingWrites(
  { services }: Payments,
  row: PaymentRow,
  set: Partial<PaymentRow> & { readonly state: string },
): readonly Write[] {
  return [
    update(paymentProfiles, {
      where: { userId: row.senderId, pendingPayments: { gt: 0 } },
      add: { pendingPayments: -1 },
    }),
    update(paymentTable, {
      where: { id: row.id, state: 'pending', version: row.version },
      set: { ...set, endedAt: services.now() },
      add: { version: 1 },
    }),
    ...statementState(row.id, [row.senderId, row.receiverId], set.state),
  ]
}

async function refundWrites(
  payments: Payments,
  row: PaymentRow,
  state: 'expired' | 'cancelled',
): Promise<readonly Write[]> {
  const transferId = newId()
  const hold = holdOf({ ...row, owner: row.senderId })
  return [
    ...endingWrites(payments, row, { state, transferId }),
    ...(await releasing(payments.services, hold, { transferId, kind: 'payment.refunded' })),
    ...(await messagesToBoth(payments, state === 'expired' ? 'payments.expired' : 'payments.cancelled', row)),
  ]
}

/** Refunds the expired payments that a user sent or was to receive. */
export async function expireOf(payments: Payments, actor: Actor, userId: string): Promise<void> {
  const { storage, now } = payments.services
  const expired = { state: 'pending', expiresAt: { lte: now() } }
  const [sent, received] = await Promise.all([
    storage.find(paymentTable, { where: { senderId: userId, ...expired }, limit: batchSize }),
    storage.find(paymentTable, { where: { receiverId: userId, ...expired }, limit: batchSize }),
  ])
  for (const { id } of [...sent, ...received]) await refundPayment(payments, actor, id, 'expired')
}

/**
 * Refunds all expired payments. A payment that cannot be refunded is logged and does not stop the others.
 * @returns the number of refunded payments
 */
export async function expirePayments(payments: Payments): Promise<number> {
  const { storage, now, logger } = payments.services
  let refunded = 0
  let after = ''
  for (;;) {
    const rows = await storage.find(paymentTable, {
      where: { state: 'pending', expiresAt: { lte: now() }, id: { gt: after } },
      orderBy: [['id', 'asc']],
      limit: batchSize,
    })
    for (const { id, tenant } of rows) {
      try {
        if (await refundPayment(payments, { tenant, id: 'maintenance' }, id, 'expired')) refunded++
      } catch (error) {
        logger.error({ error, payment: id }, 'payment refund failed')
      }
    }
    after = rows.at(-1)?.id ?? after
    if (rows.length < batchSize) return refunded
  }
}

/** Cancels the pending payments to a user whose proof key has changed. */
export async function cancelPendingTo(payments: Payments, actor: Actor, receiverId: string): Promise<void> {
  for (;;) {
    const rows = await payments.services.storage.find(paymentTable, {
      where: { receiverId, state: 'pending' },
      limit: batchSize,
    })
    for (const { id } of rows) await refundPayment(payments, actor, id, 'cancelled')
    if (rows.length < batchSize) return
  }
}
