import { outboxMessage } from '../outbox/index.ts'
import type { Services } from '../services.ts'
import { check, type Insert, type RowOf, type Write } from '../storage/index.ts'
import { identifiers } from '../users/identifier-table.ts'
import { formatAmount, type MoneySettings } from './money.ts'
import { type Contacts, contactsOfMany, type KeptContacts } from './people.ts'
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

/**
 * The messages that tell both parties of a step, for the commit of the step, inside a `decide`. Each names whom it is for, and
 * holds only as long as they are known by what it names: who is erased at this moment leaves no message behind.
 */
export async function messagesToBoth(
  { services, settings }: Payments,
  topic: PaymentTopic,
  payment: ToldPayment,
): Promise<readonly Write[]> {
  const parties = [payment.senderId, ...(payment.receiverId === null ? [] : [payment.receiverId])]
  const contacts = await contactsOfMany(services, parties)
  const messages = parties.map((userId) => {
    const role = userId === payment.senderId ? 'sender' : 'receiver'
    const to = { role, userId, ...reached(contacts.get(userId)) }
    return messageTo(services, settings.money, topic, payment, userId, to)
  })
  return [...parties.flatMap((userId) => stillKnown(contacts.get(userId))), ...(await Promise.all(messages))]
}

/** The message to somebody who is not registered. */
export function invitationTo(
  { services, settings }: Payments,
  payment: ToldPayment,
  to: { readonly email: string; readonly phone: string },
): Promise<Insert> {
  return messageTo(services, settings.money, 'payments.invited', payment, null, { role: 'receiver', ...to })
}

function messageTo(
  services: Services,
  money: MoneySettings,
  topic: PaymentTopic,
  { id, tenant, currency, amount }: ToldPayment,
  userId: string | null,
  to: Readonly<Record<string, string>>,
): Promise<Insert> {
  const decimals = money.currencies.get(currency)?.decimals ?? 0
  const text = formatAmount({ code: currency, decimals }, amount)
  return outboxMessage(services, {
    tenant,
    topic,
    subject: id,
    userId,
    payload: { ...to, payment: id, amount: text, currency },
  })
}

/** Erasing removes all rows of a user: one stands for all. */
function stillKnown(contacts: KeptContacts | undefined): readonly Write[] {
  const [id] = contacts?.rowIds ?? []
  return id === undefined ? [] : [check(identifiers, { where: { id } })]
}

function reached(contacts: Contacts | undefined): { readonly email: string; readonly phone: string } {
  return { email: contacts?.email ?? '', phone: contacts?.phone ?? '' }
}
