import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { newId } from '../../kernel/ids.ts'
import { captureWrites } from '../ledger/index.ts'
import type { Services } from '../../platform/services.ts'
import { check, decideOnEarlyReads, type Insert, insert, update, type Write } from '../../kernel/storage/index.ts'
import { paymentEndWrites, holdForPayment, refundPayment } from './end-payment.ts'
import { commitWithPreconditions, type Precondition } from '../preconditions.ts'
import { assertMatchesPayment } from './match-confirmation.ts'
import { partyNotificationWrites, paymentEventData } from './notifications.ts'
import type { PaymentRow } from './create-payment.ts'
import { type ConfirmationReads, startReadingConfirmation, toPair } from './confirmation-reads.ts'
import { type ContactsWithRowIds, getPaymentProfile, toContactsByUser } from '../users/profiles.ts'
import { type PaymentProofContext, verifyPaymentProof } from '../../client/payment-proof.ts'
import { eventWrites } from '../../platform/events/event-writes.ts'
import type { PaymentsContext } from '../settings.ts'
import { knownCounterparties, paymentProfiles, payments as paymentTable } from '../tables.ts'

/** A confirmation of a payment by one of its parties. Amount and phone numbers must match the payment. */
export interface PaymentConfirmation extends PaymentProofContext {
  /** Leg of the two-leg payment: `B` is the sender's confirmation, `A` the receiver's. */
  readonly leg: 'A' | 'B'
  /** The receiver's signature with the registered proof key, if one is registered. */
  readonly proof?: string | undefined
}

/**
 * Confirms a payment for one party, and completes it once every required party has confirmed: both parties for the
 * first payment between two users, the sender alone afterwards. Idempotent.
 * @param early what was read for the confirmation before, with its caller
 * @returns the payment in its new state: completed, or still pending
 * @throws BillfoldError `payment.not-found` if the payment does not exist, has ended, or is not the caller's to
 *   confirm with this leg; `payment.sender-not-found`, `payment.proof-required`, `amount.invalid`, and the failure
 *   codes of `preconditions`
 */
export async function confirmPayment(
  payments: PaymentsContext,
  actor: Actor,
  userId: string,
  confirmation: PaymentConfirmation,
  preconditions: readonly Precondition[] = [],
  early?: ConfirmationReads,
): Promise<PaymentRow> {
  const { services } = payments
  const read = (): Promise<ConfirmationReads> =>
    startReadingConfirmation(services, actor.tenant, confirmation.session)()
  return decideOnEarlyReads(early, read, async ({ payment: row, identifiers, areKnown }, attempt) => {
    if (row === undefined) throw new BillfoldError('payment.not-found')
    const leg = row.senderId === userId ? 'B' : row.receiverId === userId ? 'A' : undefined
    if (leg !== confirmation.leg) throw new BillfoldError('payment.not-found')
    await assertMatchesPayment(payments, row, identifiers, confirmation)
    if (row.state === 'completed') return row
    if (row.state === 'pending' && row.expiresAt <= services.now()) {
      await refundPayment(payments, actor, row.id, 'expired')
      throw new BillfoldError('payment.not-found')
    }
    if (row.state !== 'pending') throw new BillfoldError('payment.not-found')
    // The commit requires the same proof key. So it is read only to find out why a commit failed, or if there is none.
    const isProven = leg === 'B' || isProofValid(row, confirmation)
    if (attempt > 1 || !isProven) await assertProofKeyUnchanged(payments, actor, row)
    if (!isProven) throw new BillfoldError('payment.proof-required')
    const contacts = await toContactsByUser(services, identifiers)
    return confirmLeg(payments, { ...actor, id: userId }, { row, leg, contacts, areKnown, attempt }, preconditions)
  })
}

/**
 * Cancels the payment if the receiver's proof key was registered, replaced or removed since the payment was created:
 * the sender paid to the holder of that key. Changing the key cancels pending payments anyway; this covers a process
 * that died in between.
 */
async function assertProofKeyUnchanged(payments: PaymentsContext, actor: Actor, row: PaymentRow): Promise<void> {
  const { proofKey } = await getPaymentProfile(payments.services, row.tenant, row.receiverId ?? '')
  if (proofKey !== row.proofKey) {
    await refundPayment(payments, actor, row.id, 'cancelled')
    throw new BillfoldError('payment.not-found')
  }
}

/** Returns true if the receiver's proof is valid for the key stored with the payment, or if there is no key. */
function isProofValid({ proofKey }: PaymentRow, confirmation: PaymentConfirmation): boolean {
  if (proofKey === null) return true
  const { proof } = confirmation
  return proof !== undefined && verifyPaymentProof(proof, Buffer.from(proofKey, 'hex'), confirmation)
}

/** A leg that is confirmed, with what was read for it. */
interface ConfirmedLeg {
  readonly row: PaymentRow
  readonly leg: 'A' | 'B'
  readonly contacts: ReadonlyMap<string, ContactsWithRowIds>
  /** True if the parties have completed a payment before. */
  readonly areKnown: boolean
  /** The number of the attempt, from 1. */
  readonly attempt: number
}

async function confirmLeg(
  payments: PaymentsContext,
  actor: Actor,
  confirmed: ConfirmedLeg,
  preconditions: readonly Precondition[],
): Promise<PaymentRow> {
  const { services } = payments
  const { row, leg, contacts, areKnown: known } = confirmed
  const now = services.now()
  const times =
    leg === 'B'
      ? { senderConfirmedAt: row.senderConfirmedAt ?? now }
      : { receiverConfirmedAt: row.receiverConfirmedAt ?? now }
  const next = { ...row, ...times }
  const completes = next.senderConfirmedAt !== null && (known || next.receiverConfirmedAt !== null)
  const repeated =
    next.senderConfirmedAt === row.senderConfirmedAt && next.receiverConfirmedAt === row.receiverConfirmedAt
  if (!completes && repeated) {
    await assertProofKeyUnchanged(payments, actor, row)
    return row
  }
  const writes = completes
    ? await completionWrites(payments, { ...confirmed, row: next }, known ? [] : [counterpartiesWrite(row, now)])
    : [
        update(paymentTable, {
          where: { id: row.id, state: 'pending', version: row.version },
          set: times,
          add: { version: 1 },
        }),
        ...(await partyNotificationWrites(payments, 'payments.confirmed', row, contacts)),
      ]
  const action = completes ? 'payment.completed' : 'payment.confirmed'
  const audited = auditWrite(actor, action, row.id, now, { leg })
  const events = confirmationEvents(services, row, leg, completes)
  await commitWithPreconditions(services, preconditions, audited, proofKeyUnchanged(row), ...writes, ...events)
  return completes ? { ...next, state: 'completed' } : next
}

function confirmationEvents(services: Services, row: PaymentRow, leg: 'A' | 'B', completes: boolean): readonly Write[] {
  const event = paymentEventData(row)
  if (completes) return eventWrites(services, row.tenant, 'payment.completed', event)
  const by = leg === 'A' ? 'receiver' : 'sender'
  return eventWrites(services, row.tenant, 'payment.confirmed', { ...event, by })
}

async function completionWrites(
  payments: PaymentsContext,
  { row, contacts, attempt }: ConfirmedLeg,
  pair: readonly Write[],
): Promise<readonly Write[]> {
  const { senderConfirmedAt, receiverConfirmedAt } = row
  const transferId = newId()
  const hold = holdForPayment({ ...row, owner: row.senderId })
  const receiver = { kind: 'available', owner: row.receiverId ?? '' } as const
  return [
    ...paymentEndWrites(payments, row, { state: 'completed', senderConfirmedAt, receiverConfirmedAt, transferId }),
    ...pair,
    // A receiver without a wallet has no account yet: then the first attempt fails, and the second one creates it.
    ...(await captureWrites(payments.services, hold, receiver, {
      transferId,
      kind: 'payment.completed',
      unread: attempt === 1,
    })),
    ...(await partyNotificationWrites(payments, 'payments.completed', row, contacts)),
  ]
}

/** Fails if the receiver's proof key has changed: both legs depend on it. */
function proofKeyUnchanged({ receiverId, proofKey }: PaymentRow): Write {
  return check(paymentProfiles, { where: { userId: receiverId ?? '', proofKey } })
}

function counterpartiesWrite(row: PaymentRow, createdAt: number): Insert {
  return insert(knownCounterparties, { ...toPair(row), tenant: row.tenant, createdAt })
}
