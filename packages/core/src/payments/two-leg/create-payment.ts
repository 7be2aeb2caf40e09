import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { eventWrites } from '../../platform/events/event-writes.ts'
import { newId } from '../../kernel/ids.ts'
import type { Services } from '../../platform/services.ts'
import {
  decideOnEarlyReads,
  insert,
  type RowOf,
  StaleReadError,
  update,
  type Write,
} from '../../kernel/storage/index.ts'
import type { Identifier } from '../../identity/users/identifiers.ts'
import { refundExpired } from './end-payment.ts'
import { type NewPaymentReads, startReadingNewPayment } from './new-payment-reads.ts'
import { commitWithPreconditions } from '../preconditions.ts'
import { type SpendingAuthorization, spendingWrites } from '../spending/authorize-spending.ts'
import { type Invitation, createInvitation } from './invitations.ts'
import { invitationWrite, partyNotificationWrites, paymentEventData } from './notifications.ts'
import { toContactsByUser } from '../users/profiles.ts'
import {
  type ReferenceClaim,
  referenceClaimWrite,
  retryIfReferenceUsed,
  toSubjectId,
} from '../idempotency-references.ts'
import type { PaymentsContext } from '../settings.ts'
import { statementLineWrite } from '../wallets/statements.ts'
import { paymentProfiles, payments as paymentTable } from '../tables.ts'

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
 * @param early what was read for the payment before, with its caller
 * @throws BillfoldError `payment.receiver-not-registered`, `payment.to-self`, `payment.pending-limit-reached`,
 *   `ledger.insufficient-funds`, `reference.reused`, `rate.limited` for too many invitations, and the failure codes
 *   of the preconditions
 */
export async function createPayment(
  payments: PaymentsContext,
  actor: Actor,
  input: PaymentInput,
  authorization: SpendingAuthorization,
  early?: NewPaymentReads,
): Promise<PaymentRow> {
  const { services } = payments
  const claim = toReferenceClaim(actor, input)
  // Resolved once per call, because an invitation counts against a limit; and not at all for a repeated reference,
  // which returns the first result even if the receiver has registered since.
  let receiver: Receiver | undefined
  const read = (): Promise<NewPaymentReads> => startReadingNewPayment(payments, actor.tenant, input)(input.senderId)
  return decideOnEarlyReads(early, read, async (reads) => {
    if (reads.expired.length > 0) {
      await refundExpired(payments, actor, reads.expired)
      throw new StaleReadError()
    }
    const earlierId = claim === undefined ? undefined : await toSubjectId(services, claim, reads.claimed)
    if (earlierId !== undefined) return getPayment(services, actor.tenant, earlierId)
    return retryIfReferenceUsed(services, claim, async () => {
      receiver ??= await toReceiver(payments, actor, input, reads)
      const row = newPayment(payments, actor, input, receiver)
      assertPendingLimit(payments, reads)
      const writes = await creationWrites(payments, actor, authorization, row, receiver, reads)
      const audited = auditWrite({ ...actor, id: row.senderId }, 'payment.created', row.id, row.createdAt)
      const claimed = claim === undefined ? [] : [await referenceClaimWrite(services, claim, row.id)]
      const events = eventWrites(services, row.tenant, 'payment.requested', paymentEventData(row))
      await commitWithPreconditions(services, authorization.preconditions, audited, ...claimed, ...writes, ...events)
      return row
    })
  })
}

/** @throws BillfoldError `payment.not-found` */
export async function getPayment(services: Services, tenant: string, id: string): Promise<PaymentRow> {
  const [row] = await services.storage.find(paymentTable, { where: { id, tenant }, limit: 1 })
  if (row === undefined) throw new BillfoldError('payment.not-found')
  return row
}

async function toReceiver(
  payments: PaymentsContext,
  actor: Actor,
  input: PaymentInput,
  { receiver: profile }: NewPaymentReads,
): Promise<Receiver> {
  const { settings } = payments
  if (profile?.userId === input.senderId) throw new BillfoldError('payment.to-self')
  if (profile !== undefined) return { userId: profile.userId, proofKey: profile.proofKey }
  if (settings.externalReceivers === 'refuse') throw new BillfoldError('payment.receiver-not-registered')
  return { invitation: await createInvitation(payments, actor, input) }
}

function toReferenceClaim({ tenant }: Actor, input: PaymentInput): ReferenceClaim | undefined {
  if (input.reference === undefined) return undefined
  const to = input.receiver.map(({ kind, value }) => `${kind}:${value}`)
  const requestFields = ['payment', input.currency, String(input.amount), ...to]
  const { senderId: userId, reference } = input
  return { tenant, caller: userId, reference, userId, requestFields }
}

function newPayment(
  { services, settings }: PaymentsContext,
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
    inviteeIndex: invitation?.inviteeIndex ?? null,
    currency: input.currency,
    amount: input.amount,
    state: 'pending',
    proofKey: 'userId' in receiver ? receiver.proofKey : null,
    senderConfirmedAt: null,
    receiverConfirmedAt: null,
    transferId: null,
    createdAt,
    expiresAt: createdAt + settings.paymentTtlMs,
    endedAt: null,
    version: 1,
  }
}

function assertPendingLimit({ settings }: PaymentsContext, { sender }: NewPaymentReads): void {
  if (sender === undefined) throw new BillfoldError('user.not-found')
  if (sender.pendingPayments >= settings.maxPendingPayments) throw new BillfoldError('payment.pending-limit-reached')
}

async function creationWrites(
  payments: PaymentsContext,
  actor: Actor,
  authorization: SpendingAuthorization,
  row: PaymentRow,
  receiver: Receiver,
  { identifiers, balances }: NewPaymentReads,
): Promise<readonly Write[]> {
  const { services, settings } = payments
  const { id, tenant, senderId, receiverId, currency, amount, createdAt: at } = row
  const hold = { id, tenant, owner: senderId, currency, amount, subject: id }
  const counterparty = receiverId ?? row.inviteeIndex ?? undefined
  const line = { id, tenant, kind: 'payment', currency, amount, state: 'pending', at }
  const messages =
    'invitation' in receiver
      ? [await invitationWrite(payments, row, receiver.invitation.contacts)]
      : await partyNotificationWrites(
          payments,
          'payments.requested',
          row,
          await toContactsByUser(services, identifiers),
        )
  return [
    update(paymentProfiles, {
      where: { userId: senderId, pendingPayments: { lt: settings.maxPendingPayments } },
      add: { pendingPayments: 1 },
    }),
    insert(paymentTable, row),
    statementLineWrite({ ...line, userId: senderId, direction: 'debit', counterpartyId: receiverId }),
    ...(receiverId === null
      ? []
      : [statementLineWrite({ ...line, userId: receiverId, direction: 'credit', counterpartyId: senderId })]),
    ...(await spendingWrites(services, authorization, hold, { kind: 'payment', actor, counterparty }, balances)),
    ...messages,
  ]
}
