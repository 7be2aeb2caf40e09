import type { EventData } from '../events/event.ts'
import { outboxMessage } from '../outbox/index.ts'
import type { Services } from '../services.ts'
import { check, type Insert, type RowOf, type Write } from '../storage/index.ts'
import { identifiers } from '../users/identifier-table.ts'
import { formatAmount, type MoneySettings } from './money.ts'
import { type Contacts, contactsOfMany, type KeptContacts } from './people.ts'
import type { Payments } from './settings.ts'
import type { payments as paymentTable } from './tables.ts'

/** Topic of an outbox message to the parties of a payment. */
export type PaymentTopic =
  | 'payments.requested'
  | 'payments.invited'
  | 'payments.confirmed'
  | 'payments.completed'
  | 'payments.expired'
  | 'payments.cancelled'

/** The columns of a payment that messages need. */
export type ToldPayment = Pick<
  RowOf<typeof paymentTable>,
  'id' | 'tenant' | 'senderId' | 'receiverId' | 'currency' | 'amount'
>

/**
 * The outbox messages that notify both parties, for the commit of the step that they report. Call it inside
 * `retryOnConflict`: they include a check that no party was erased since the contact details were read, so that
 * erasure leaves no message behind.
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
    const recipient = { role, userId, ...contactAddress(contacts.get(userId)) }
    return messageWrite(services, settings.money, topic, payment, userId, recipient)
  })
  return [...parties.flatMap((userId) => contactsUnchanged(contacts.get(userId))), ...(await Promise.all(messages))]
}

/** The outbox message to a receiver who is not registered. */
export function invitationTo(
  { services, settings }: Payments,
  payment: ToldPayment,
  to: { readonly email: string; readonly phone: string },
): Promise<Insert> {
  return messageWrite(services, settings.money, 'payments.invited', payment, null, { role: 'receiver', ...to })
}

function messageWrite(
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

/** Checks one identifier of a user. One is enough: erasure deletes all of them. */
function contactsUnchanged(contacts: KeptContacts | undefined): readonly Write[] {
  const [id] = contacts?.rowIds ?? []
  return id === undefined ? [] : [check(identifiers, { where: { id } })]
}

function contactAddress(contacts: Contacts | undefined): { readonly email: string; readonly phone: string } {
  return { email: contacts?.email ?? '', phone: contacts?.phone ?? '' }
}

/** The event data of a payment. */
export function paymentEventData({
  id: paymentId,
  senderId,
  receiverId,
}: Pick<RowOf<typeof paymentTable>, 'id' | 'senderId' | 'receiverId'>): EventData<'payment.requested'> {
  return { paymentId, senderId, receiverId }
}
