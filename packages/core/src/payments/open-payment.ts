import { type Actor, auditRecord } from '../audit/record.ts'
import { BillfoldError } from '../errors.ts'
import { eventWrites } from '../events/write.ts'
import { newId } from '../ids.ts'
import { holding } from '../ledger/index.ts'
import type { Services } from '../services.ts'
import { decide, insert, type RowOf, update, type Write } from '../storage/index.ts'
import type { Identifier } from '../users/identifiers.ts'
import { expireOf } from './end-payment.ts'
import { commitHeld, type Held } from './held.ts'
import { type Invitation, invitationFor } from './invitations.ts'
import { invitationTo, messagesToBoth, paymentEventData } from './messages.ts'
import { findProfile, payee } from './people.ts'
import { actUnder, type ReferenceUse, referenceRow, unlessUsedMeanwhile } from './references.ts'
import type { Payments } from './settings.ts'
import { statementRow } from './statements.ts'
import { paymentProfiles, payments as paymentTable } from './tables.ts'

/** A row of `payments`. */
export type PaymentRow = RowOf<typeof paymentTable>

/** Input of `createPayment`. */
export interface PaymentInput {
  readonly senderId: string
  /** Email, phone number or both. Both must belong to the same user. */
  readonly receiver: readonly Identifier[]
  readonly currency: string
  /** In minor units. */
  readonly amount: bigint
  /** Idempotency reference of the sender. */
  readonly reference?: string | undefined
}

/** Receiver of a payment: a user, or an invitation if the host allows unregistered receivers. */
type Receiver = { readonly userId: string; readonly proofKey: string | null } | { readonly invitation: Invitation }

/**
 * Creates a pending payment and holds its amount in the ledger.
 * @throws BillfoldError `payment.receiver-not-registered`, `payment.to-self`, `payment.pending-limit-reached`,
 *   `ledger.insufficient-funds`, `reference.reused`, `rate.limited` for too many invitations, and the failure codes
 *   of `preconditions`
 */
export async function openPayment(
  payments: Payments,
  actor: Actor,
  input: PaymentInput,
  preconditions: readonly Held[] = [],
): Promise<PaymentRow> {
  const { services } = payments
  await expireOf(payments, actor, input.senderId)
  const claim = toReferenceClaim(actor, input)
  // Resolved once per call, because an invitation counts against a limit; and not at all for a repeated reference,
  // which returns the first result even if the receiver has registered since.
  let receiver: Receiver | undefined
  return decide(async () => {
    const earlierId = claim === undefined ? undefined : await actUnder(services, claim)
    if (earlierId !== undefined) return findPayment(services, actor.tenant, earlierId)
    return unlessUsedMeanwhile(services, claim, async () => {
      receiver ??= await findReceiver(payments, actor, input)
      const row = newPayment(payments, actor, input, receiver)
      await assertPendingLimit(payments, row)
      const writes = await creationWrites(payments, row, receiver)
      const audited = auditRecord({ ...actor, id: row.senderId }, 'payment.opened', row.id, row.createdAt)
      const claimed = claim === undefined ? [] : [referenceRow(claim, row.id)]
      const events = eventWrites(services, row.tenant, 'payment.requested', paymentEventData(row))
      await commitHeld(services, preconditions, audited, ...claimed, ...writes, ...events)
      return row
    })
  })
}

/** @throws BillfoldError `payment.not-found` */
export async function findPayment(services: Services, tenant: string, id: string): Promise<PaymentRow> {
  const [row] = await services.storage.find(paymentTable, { where: { id, tenant }, limit: 1 })
  if (row === undefined) throw new BillfoldError('payment.unknown')
  return row
}

async function findReceiver(payments: Payments, actor: Actor, input: PaymentInput): Promise<Receiver> {
  const { services, settings } = payments
  const profile = await payee(services, actor.tenant, input.receiver)
  if (profile?.userId === input.senderId) throw new BillfoldError('payment.to-self')
  if (profile !== undefined) return { userId: profile.userId, proofKey: profile.proofKey }
  if (settings.externalReceivers === 'refuse') throw new BillfoldError('payment.external')
  return { invitation: await invitationFor(payments, actor, input) }
}

function toReferenceClaim({ tenant }: Actor, input: PaymentInput): ReferenceUse | undefined {
  if (input.reference === undefined) return undefined
  const to = input.receiver.map(({ kind, value }) => `${kind}:${value}`)
  const content = ['payment', input.currency, String(input.amount), ...to]
  return { tenant, reference: input.reference, userId: input.senderId, content }
}

function newPayment(
  { services, settings }: Payments,
  { tenant }: Actor,
  input: PaymentInput,
  receiver: Receiver,
): PaymentRow {
  const createdAt = services.now()
  const id = newId()
  const invitation = 'invitation' in receiver ? receiver.invitation : undefined
  return {
    id,
    tenant,
    senderId: input.senderId,
    receiverId: 'userId' in receiver ? receiver.userId : null,
    invited: invitation?.lookup ?? null,
    currency: input.currency,
    amount: input.amount,
    state: 'pending',
    proofKey: 'userId' in receiver ? receiver.proofKey : null,
    senderConfirmedAt: null,
    receiverConfirmedAt: null,
    transferId: null,
    createdAt,
    expiresAt: createdAt + settings.paymentMilliseconds,
    endedAt: null,
    version: 1,
  }
}

async function assertPendingLimit({ services, settings }: Payments, { tenant, senderId }: PaymentRow): Promise<void> {
  const { pendingPayments } = await findProfile(services, tenant, senderId)
  if (pendingPayments >= settings.maxPendingPayments) throw new BillfoldError('payment.pending-exists')
}

async function creationWrites(payments: Payments, row: PaymentRow, receiver: Receiver): Promise<readonly Write[]> {
  const { services, settings } = payments
  const { id, tenant, senderId, receiverId, currency, amount, createdAt: at } = row
  const hold = { id, tenant, owner: senderId, currency, amount, subject: id }
  const line = { id, tenant, kind: 'payment', currency, amount, state: 'pending', at }
  const messages =
    'invitation' in receiver
      ? [await invitationTo(payments, row, receiver.invitation.to)]
      : await messagesToBoth(payments, 'payments.requested', row)
  return [
    update(paymentProfiles, {
      where: { userId: senderId, pendingPayments: { lt: settings.maxPendingPayments } },
      add: { pendingPayments: 1 },
    }),
    insert(paymentTable, row),
    statementRow({ ...line, userId: senderId, direction: 'debit', counterpartId: receiverId }),
    ...(receiverId === null
      ? []
      : [statementRow({ ...line, userId: receiverId, direction: 'credit', counterpartId: senderId })]),
    ...(await holding(services, hold, 'payment.held')),
    ...messages,
  ]
}
