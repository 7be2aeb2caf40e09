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
  'payment-password.changed': defineEvent('A user changed the password, which revoked the API keys of other devices.', {
    userId: eventId,
  }),
  'payment-pin.set': defineEvent('A user set or replaced the payment PIN.', { userId: eventId }),
  'payment-device.added': defineEvent('A user logged in on a device that was not logged in before.', {
    userId: eventId,
  }),
  'payment-proof-key.changed': defineEvent(
    'A user set, replaced or removed the key that proves the receipt of payments.',
    {
      userId: eventId,
    },
  ),
  'payment-credential.locked': defineEvent(
    'A password or PIN was locked after ten failed attempts, for the first time since it was unlocked: for all addresses where the user has not been before, for one known address or API key, or for everybody.',
    {
      userId: eventId,
      credential: z.enum(['password', 'pin']),
      lockedFor: z.enum(['everybody', 'new-sources', 'one-source']),
    },
  ),
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
