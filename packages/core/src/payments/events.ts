import { z } from 'zod'
import { defineEvent, eventId } from '../platform/events/define-event.ts'

const payment = { paymentId: eventId, senderId: eventId, receiverId: eventId.nullable() }
const funding = { transactionId: eventId, userId: eventId }
const failedDeposit = { ...funding, outcome: z.enum(['FAILED', 'CANCELLED', 'EXPIRED']) }
const failedWithdrawal = { ...funding, outcome: z.enum(['FAILED', 'CANCELLED']) }

/** The events of payments. */
export const paymentEvents = {
  'payment.requested': defineEvent(
    'A payment was created, and its amount put on hold. If `receiverId` is null, the receiver was invited.',
    payment,
  ),
  'payment.claimed': defineEvent('An invited receiver registered and claimed a payment.', payment),
  'payment.confirmed': defineEvent('A party confirmed a payment; the other party has yet to confirm.', {
    ...payment,
    by: z.enum(['sender', 'receiver']),
  }),
  'payment.completed': defineEvent('Every required party confirmed a payment, and the money was transferred.', payment),
  'payment.expired': defineEvent('A payment was not confirmed in time, and its hold was released.', payment),
  'payment.cancelled': defineEvent('A payment was cancelled, and its hold was released.', payment),
  'payment-wallet.created': defineEvent('A payment wallet was created for a user.', { userId: eventId }),
  'deposit.created': defineEvent('A deposit through a payment gateway was created.', funding),
  'deposit.completed': defineEvent(
    'A deposit was credited. A deposit that a gateway credits immediately has no `deposit.created` event.',
    funding,
  ),
  'deposit.failed': defineEvent(
    'A deposit failed, was cancelled, or expired. The gateway can still complete an expired one.',
    failedDeposit,
  ),
  'withdrawal.created': defineEvent(
    'A withdrawal through a payment gateway was created, and its amount put on hold.',
    funding,
  ),
  'withdrawal.completed': defineEvent('A withdrawal was paid out.', funding),
  'withdrawal.failed': defineEvent(
    'A withdrawal failed or was cancelled, and its hold was released.',
    failedWithdrawal,
  ),
  'subscription.added': defineEvent('A subscription was added.', { userId: eventId }),
  'subscription.renewed': defineEvent('A subscription was renewed.', { userId: eventId }),
  'subscription.deactivated': defineEvent('A subscription was deactivated.', { userId: eventId }),
}

/** The type of the declarations above, which is merged into that of all modules. */
export type PaymentEvents = typeof paymentEvents

declare module '../platform/events/event.ts' {
  interface ModuleEvents extends PaymentEvents {}
}
