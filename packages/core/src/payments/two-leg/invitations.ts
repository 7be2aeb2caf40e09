import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { eventWrites } from '../../platform/events/event-writes.ts'
import type { Services } from '../../platform/services.ts'
import { batch, retryOnConflict, update } from '../../kernel/storage/index.ts'
import { listByIdentifiers, type Identifier } from '../../identity/users/identifiers.ts'
import { normalizeIdentifier } from '../../identity/users/normalize-identifier.ts'
import { partyNotificationWrites, paymentEventData } from './notifications.ts'
import { findVerifiedContacts, getPaymentProfile } from '../users/profiles.ts'
import type { PaymentsContext } from '../settings.ts'
import { statementLineWrite } from '../wallets/statements.ts'
import { payments as paymentTable, statementLines } from '../tables.ts'

/**
 * An invitation for a receiver who is not registered: the blind index that identifies them later, and their contact
 * details.
 */
export interface Invitation {
  readonly inviteeIndex: string
  readonly contacts: { readonly email: string; readonly phone: string }
}

/**
 * Creates an invitation for an email and a phone number that nobody has verified. Counts against the sender's invitation
 * limit.
 * @throws BillfoldError `payment.receiver-not-registered` unless both email and phone are given and unused,
 *   `rate.limited`
 */
export async function createInvitation(
  { services, settings }: PaymentsContext,
  { tenant }: Actor,
  { senderId, receiver }: { readonly senderId: string; readonly receiver: readonly Identifier[] },
): Promise<Invitation> {
  const email = receiver.find(({ kind }) => kind === 'email')?.value
  const phone = receiver.find(({ kind }) => kind === 'phone')?.value
  if (email === undefined || phone === undefined) throw new BillfoldError('payment.receiver-not-registered')
  if ((await listByIdentifiers(services, tenant, receiver)).length > 0)
    throw new BillfoldError('payment.receiver-not-registered')
  const inviteeIndex = await computeInviteeIndex(services, tenant, email, phone)
  const quota = await services.rateLimiter.consume(
    { name: 'payment invitations', subject: senderId, tenant },
    settings.invitationLimit,
  )
  if (!quota.allowed) throw new BillfoldError('rate.limited', { retryAfterSeconds: quota.retryAfterSeconds })
  return { inviteeIndex, contacts: { email, phone } }
}

/**
 * Assigns to a user the pending payments that were sent to their email and phone number before both were verified.
 * Expired payments are skipped.
 * @returns the ids of the payments
 * @throws BillfoldError `user.not-found`, `contact.unverified`
 */
export async function claimInvitations(
  payments: PaymentsContext,
  actor: Actor,
  userId: string,
): Promise<readonly string[]> {
  const { services } = payments
  const { tenant } = actor
  const contacts = await findVerifiedContacts(services, userId)
  if (contacts === undefined) throw new BillfoldError('contact.unverified')
  const { proofKey } = await getPaymentProfile(services, tenant, userId)
  const inviteeIndex = await computeInviteeIndex(services, tenant, contacts.email, contacts.phone)
  const where = { tenant, inviteeIndex, state: 'pending' }
  const rows = await services.storage.find(paymentTable, { where, limit: 100 })
  const claimed: string[] = []
  for (const { id } of rows) if (await claim(payments, actor, id, userId, proofKey)) claimed.push(id)
  return claimed
}

function claim(
  payments: PaymentsContext,
  actor: Actor,
  paymentId: string,
  userId: string,
  proofKey: string | null,
): Promise<boolean> {
  const { services } = payments
  return retryOnConflict(async () => {
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
        statementLineWrite({ ...line, userId, direction: 'credit', counterpartyId: senderId }),
        update(statementLines, { where: { userId: senderId, id }, set: { counterpartyId: userId } }),
        ...(await partyNotificationWrites(payments, 'payments.requested', { ...row, receiverId: userId })),
        auditWrite(actor, 'payment.claimed', id, now, { receiver: userId }),
        ...eventWrites(services, tenant, 'payment.claimed', paymentEventData({ ...row, receiverId: userId })),
      ),
    )
    return true
  })
}

function computeInviteeIndex(services: Services, tenant: string, email: string, phone: string): Promise<string> {
  const both = JSON.stringify([normalizeIdentifier('email', email), normalizeIdentifier('phone', phone)])
  return services.blindIndex.hash('payments:inviteeIndex', tenant, both)
}
