import { type Actor, auditRecord } from '../audit/record.ts'
import { BillfoldError } from '../errors.ts'
import { eventWrites } from '../events/write.ts'
import type { Services } from '../services.ts'
import { batch, decide, update } from '../storage/index.ts'
import { findByIdentifiers, type Identifier } from '../users/identifiers.ts'
import { oneForm } from '../users/identifier-forms.ts'
import { messagesToBoth, paymentEventData } from './messages.ts'
import { contactsOf, findProfile } from './people.ts'
import type { Payments } from './settings.ts'
import { statementRow } from './statements.ts'
import { payments as paymentTable, statementRows } from './tables.ts'

/**
 * An invitation for a receiver who is not registered: the blind index that identifies them later, and their contact
 * details.
 */
export interface Invitation {
  readonly lookup: string
  readonly to: { readonly email: string; readonly phone: string }
}

/**
 * Creates an invitation for an email and a phone number that belong to nobody. Counts against the sender's invitation
 * limit.
 * @throws BillfoldError `payment.receiver-not-registered` unless both email and phone are given and unused,
 *   `rate.limited`
 */
export async function invitationFor(
  { services, settings }: Payments,
  { tenant }: Actor,
  { senderId, receiver }: { readonly senderId: string; readonly receiver: readonly Identifier[] },
): Promise<Invitation> {
  const email = receiver.find(({ kind }) => kind === 'email')?.value
  const phone = receiver.find(({ kind }) => kind === 'phone')?.value
  if (email === undefined || phone === undefined) throw new BillfoldError('payment.external')
  if ((await findByIdentifiers(services, tenant, receiver)).length > 0) throw new BillfoldError('payment.external')
  const lookup = await computeInviteeIndex(services, tenant, email, phone)
  const quota = await services.limiter.take(
    { name: 'payment invitations', subject: senderId, tenant },
    settings.invitations,
  )
  if (!quota.allowed) throw new BillfoldError('rate.limited', { retryAfterSeconds: quota.retryAfterSeconds })
  return { lookup, to: { email, phone } }
}

/**
 * Assigns to a user the pending payments that were sent to their email and phone number before they registered. The
 * caller must have verified that both belong to the user. Expired payments are skipped.
 * @returns the ids of the payments
 */
export async function takeInvitations(payments: Payments, actor: Actor, userId: string): Promise<readonly string[]> {
  const { services } = payments
  const { tenant } = actor
  const { email, phone } = await contactsOf(services, userId)
  const { proofKey } = await findProfile(services, tenant, userId)
  if (email === '' || phone === '') throw new BillfoldError('contact.unverified')
  const invited = await computeInviteeIndex(services, tenant, email, phone)
  const where = { tenant, invited, state: 'pending' }
  const rows = await services.storage.find(paymentTable, { where, limit: 100 })
  const claimed: string[] = []
  for (const { id } of rows) if (await claim(payments, actor, id, userId, proofKey)) claimed.push(id)
  return claimed
}

function claim(
  payments: Payments,
  actor: Actor,
  paymentId: string,
  userId: string,
  proofKey: string | null,
): Promise<boolean> {
  const { services } = payments
  return decide(async () => {
    const [row] = await services.storage.find(paymentTable, { where: { id: paymentId }, limit: 1 })
    const now = services.now()
    if (row?.state !== 'pending' || row.receiverId !== null || row.expiresAt <= now || row.senderId === userId)
      return false
    const { id, tenant, senderId, currency, amount, createdAt } = row
    const line = { id, tenant, kind: 'payment', currency, amount, state: 'pending', at: createdAt }
    await services.storage.commit(
      batch(
        update(paymentTable, {
          where: { id, state: 'pending', version: row.version },
          set: { receiverId: userId, proofKey },
          add: { version: 1 },
        }),
        statementRow({ ...line, userId, direction: 'credit', counterpartId: senderId }),
        update(statementRows, { where: { userId: senderId, id }, set: { counterpartId: userId } }),
        ...(await messagesToBoth(payments, 'payments.requested', { ...row, receiverId: userId })),
        auditRecord(actor, 'payment.taken', id, now, { receiver: userId }),
        ...eventWrites(services, tenant, 'payment.taken', paymentEventData({ ...row, receiverId: userId })),
      ),
    )
    return true
  })
}

function computeInviteeIndex(services: Services, tenant: string, email: string, phone: string): Promise<string> {
  const both = JSON.stringify([oneForm('email', email), oneForm('phone', phone)])
  return services.lookups.hash('payments:invited', tenant, both)
}
