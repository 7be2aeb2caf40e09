import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { eventWrites } from '../../platform/events/event-writes.ts'
import { newId } from '../../kernel/ids.ts'
import { type HoldRow, releaseWrites } from '../ledger/index.ts'
import { batch, retryOnConflict, type RowOf, update, type Write } from '../../kernel/storage/index.ts'
import { partyNotificationWrites, paymentEventData } from './notifications.ts'
import type { PaymentsContext } from '../settings.ts'
import { statementStateWrites } from '../wallets/statements.ts'
import { paymentProfiles, payments as paymentTable } from '../tables.ts'

type PaymentRow = RowOf<typeof paymentTable>

/** Number of payments per query. */
const batchSize = 100

/** Rebuilds the ledger hold from a payment or withdrawal row. */
export function holdForPayment(row: {
  readonly id: string
  readonly tenant: string
  readonly currency: string
  readonly amount: bigint
  readonly createdAt: number
  readonly owner: string
}): HoldRow {
  const { id, tenant, owner, currency, amount, createdAt } = row
  return { id, tenant, owner, currency, amount, state: 'pending', subject: id, createdAt: createdAt, endedAt: null }
}

/**
 * Returns the amount of a pending payment to its sender and notifies both parties.
 * @returns false if the payment had already ended
 */
export async function refundPayment(
  payments: PaymentsContext,
  actor: Actor,
  paymentId: string,
  state: 'expired' | 'cancelled',
): Promise<boolean> {
  const { services } = payments
  return retryOnConflict(async () => {
    const [row] = await services.storage.find(paymentTable, { where: { id: paymentId }, limit: 1 })
    if (row?.state !== 'pending') return false
    const audited = auditWrite(actor, `payment.${state}`, row.id, services.now())
    const events = eventWrites(services, row.tenant, `payment.${state}`, paymentEventData(row))
    await services.storage.commit(batch(...(await refundWrites(payments, row, state)), audited, ...events))
    return true
  })
}

/**
 * The writes common to every end of a payment. They succeed once, because they require the current version of the
 * payment.
 */
export function paymentEndWrites(
  { services }: PaymentsContext,
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
    ...statementStateWrites(row.id, [row.senderId, row.receiverId], set.state),
  ]
}

async function refundWrites(
  payments: PaymentsContext,
  row: PaymentRow,
  state: 'expired' | 'cancelled',
): Promise<readonly Write[]> {
  const transferId = newId()
  const hold = holdForPayment({ ...row, owner: row.senderId })
  return [
    ...paymentEndWrites(payments, row, { state, transferId }),
    ...(await releaseWrites(payments.services, hold, { transferId, kind: 'payment.refunded' })),
    ...(await partyNotificationWrites(payments, state === 'expired' ? 'payments.expired' : 'payments.cancelled', row)),
  ]
}

/** Lists expired payments that a user has sent and that are not refunded yet. */
export function listExpiredFrom(
  { storage, now }: PaymentsContext['services'],
  senderId: string,
): Promise<readonly PaymentRow[]> {
  const where = { senderId, state: 'pending', expiresAt: { lte: now() } }
  return storage.find(paymentTable, { where, limit: batchSize })
}

/** Lists expired payments that a user has sent or was to receive, and that are not refunded yet. */
export async function listExpiredOf(
  services: PaymentsContext['services'],
  userId: string,
): Promise<readonly PaymentRow[]> {
  const received = { receiverId: userId, state: 'pending', expiresAt: { lte: services.now() } }
  const [from, to] = await Promise.all([
    listExpiredFrom(services, userId),
    services.storage.find(paymentTable, { where: received, limit: batchSize }),
  ])
  return [...from, ...to]
}

/** Refunds the expired payments that a user sent or was to receive. */
export async function expireUserPayments(payments: PaymentsContext, actor: Actor, userId: string): Promise<void> {
  await refundExpired(payments, actor, await listExpiredOf(payments.services, userId))
}

/** Refunds payments that have expired. */
export async function refundExpired(
  payments: PaymentsContext,
  actor: Actor,
  expired: readonly Pick<PaymentRow, 'id'>[],
): Promise<void> {
  for (const { id } of expired) await refundPayment(payments, actor, id, 'expired')
}

/**
 * Refunds all expired payments. A payment that cannot be refunded is logged and does not stop the others.
 * @returns the number of refunded payments
 */
export async function expirePayments(payments: PaymentsContext): Promise<number> {
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
export async function cancelPendingPaymentsTo(
  payments: PaymentsContext,
  actor: Actor,
  receiverId: string,
): Promise<void> {
  for (;;) {
    const rows = await payments.services.storage.find(paymentTable, {
      where: { receiverId, state: 'pending' },
      limit: batchSize,
    })
    for (const { id } of rows) await refundPayment(payments, actor, id, 'cancelled')
    if (rows.length < batchSize) return
  }
}
