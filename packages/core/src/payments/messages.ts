import { outboxMessage } from '../outbox/index.ts'
import type { Services } from '../services.ts'
import type { Insert, RowOf } from '../storage/index.ts'
import { formatAmount, type MoneySettings } from './money.ts'
import { type Contacts, contactsOfMany } from './people.ts'
import type { Payments } from './settings.ts'
import type { payments as paymentTable } from './tables.ts'

/** What a party of a payment is told: asked for, confirmed by the other, done, expired, cancelled. */
export type PaymentTopic =
  | 'payments.requested'
  | 'payments.invited'
  | 'payments.confirmed'
  | 'payments.completed'
  | 'payments.expired'
  | 'payments.cancelled'

/** A payment, as messages tell of it. */
export type ToldPayment = Pick<
  RowOf<typeof paymentTable>,
  'id' | 'tenant' | 'senderId' | 'receiverId' | 'currency' | 'amount'
>

/** The messages that tell both parties of a step, for the commit of the step. Each names whom it is for. */
export async function messagesToBoth(
  { services, settings }: Payments,
  topic: PaymentTopic,
  payment: ToldPayment,
): Promise<readonly Insert[]> {
  const parties = [payment.senderId, ...(payment.receiverId === null ? [] : [payment.receiverId])]
  const contacts = await contactsOfMany(services, parties)
  return Promise.all(
    parties.map((userId) => {
      const to = contacts.get(userId)
      const role = userId === payment.senderId ? 'sender' : 'receiver'
      return messageTo(services, settings.money, topic, payment, { role, userId, ...reached(to) })
    }),
  )
}

/** The message to somebody who is not registered. */
export function invitationTo(
  { services, settings }: Payments,
  payment: ToldPayment,
  to: { readonly email: string; readonly phone: string },
): Promise<Insert> {
  return messageTo(services, settings.money, 'payments.invited', payment, { role: 'receiver', ...to })
}

function messageTo(
  services: Services,
  money: MoneySettings,
  topic: PaymentTopic,
  { id, tenant, currency, amount }: ToldPayment,
  to: Readonly<Record<string, string>>,
): Promise<Insert> {
  const decimals = money.currencies.get(currency)?.decimals ?? 0
  const text = formatAmount({ code: currency, decimals }, amount)
  return outboxMessage(services, {
    tenant,
    topic,
    subject: id,
    payload: { ...to, payment: id, amount: text, currency },
  })
}

function reached(contacts: Contacts | undefined): { readonly email: string; readonly phone: string } {
  return { email: contacts?.email ?? '', phone: contacts?.phone ?? '' }
}
