import type { EventData } from '../../platform/events/event.ts'
import { outboxWrite } from '../../platform/outbox/index.ts'
import type { Services } from '../../platform/services.ts'
import { check, type Insert, type RowOf, type Write } from '../../kernel/storage/index.ts'
import { identifiers } from '../../identity/users/identifier-table.ts'
import { formatMinorUnits, type MoneySettings } from '../money/money.ts'
import { listContacts, type ContactsWithRowIds } from '../users/profiles.ts'
import type { PaymentsContext } from '../settings.ts'
import type { payments as paymentTable } from '../tables.ts'

/** Topic of an outbox message to the parties of a payment. */
export type PaymentTopic =
  | 'payments.requested'
  | 'payments.invited'
  | 'payments.confirmed'
  | 'payments.completed'
  | 'payments.expired'
  | 'payments.cancelled'

/** The columns of a payment that messages need. */
export type PaymentSummary = Pick<
  RowOf<typeof paymentTable>,
  'id' | 'tenant' | 'senderId' | 'receiverId' | 'currency' | 'amount'
>

/**
 * The outbox messages that notify both parties, for the commit of the step that they report. Call it inside
 * `retryOnConflict`: they include a check that no party was erased since the contact details were read, so that
 * erasure leaves no message behind.
 *
 * @param known the contact details of the parties, if this attempt has read them already
 */
export async function partyNotificationWrites(
  { services, settings }: PaymentsContext,
  topic: PaymentTopic,
  payment: PaymentSummary,
  known?: ReadonlyMap<string, ContactsWithRowIds>,
): Promise<readonly Write[]> {
  const parties = toPartyIds(payment)
  const contacts = known ?? (await listContacts(services, parties))
  const messages = parties.map((userId) => {
    const role = userId === payment.senderId ? 'sender' : 'receiver'
    const recipient = { role, userId, ...contactAddress(contacts.get(userId)) }
    return messageWrite(services, settings.money, topic, payment, userId, recipient)
  })
  return [...parties.flatMap((userId) => contactsUnchanged(contacts.get(userId))), ...(await Promise.all(messages))]
}

/** The users who are the parties of a payment: the sender, and the receiver if registered. */
export function toPartyIds({
  senderId,
  receiverId,
}: Pick<PaymentSummary, 'senderId' | 'receiverId'>): readonly string[] {
  return receiverId === null ? [senderId] : [senderId, receiverId]
}

/** The outbox message to a receiver who is not registered. */
export function invitationWrite(
  { services, settings }: PaymentsContext,
  payment: PaymentSummary,
  to: { readonly email: string; readonly phone: string },
): Promise<Insert> {
  return messageWrite(services, settings.money, 'payments.invited', payment, null, { role: 'receiver', ...to })
}

function messageWrite(
  services: Services,
  money: MoneySettings,
  topic: PaymentTopic,
  { id, tenant, currency, amount }: PaymentSummary,
  userId: string | null,
  to: Readonly<Record<string, string>>,
): Promise<Insert> {
  const decimals = money.currencies.get(currency)?.decimals ?? 0
  const text = formatMinorUnits({ code: currency, decimals }, amount)
  return outboxWrite(services, {
    tenant,
    topic,
    subject: id,
    userId,
    payload: { ...to, payment: id, amount: text, currency },
  })
}

/** Checks one identifier of a user. One is enough: erasure deletes all of them. */
function contactsUnchanged(contacts: ContactsWithRowIds | undefined): readonly Write[] {
  const [id] = contacts?.rowIds ?? []
  return id === undefined ? [] : [check(identifiers, { where: { id } })]
}

function contactAddress(contacts: ContactsWithRowIds | undefined): { readonly email: string; readonly phone: string } {
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
