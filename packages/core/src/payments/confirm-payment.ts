import { type Actor, auditRecord } from '../audit/record.ts'
import { BillfoldError } from '../errors.ts'
import { newId } from '../ids.ts'
import { capturing } from '../ledger/index.ts'
import type { Services } from '../services.ts'
import { check, decide, insert, type RowOf, update, type Write } from '../storage/index.ts'
import { endingWrites, holdOf, refundPayment } from './end-payment.ts'
import { commitHeld, type Held } from './held.ts'
import { messagesToBoth, paymentEventData } from './messages.ts'
import { currencyNamed, parseAmount } from './money.ts'
import { findPayment, type PaymentRow } from './open-payment.ts'
import { findProfile, personWith } from './people.ts'
import { type PaymentProofContext, verifyPaymentProof } from '../client/payment-proof.ts'
import { eventWrites } from '../events/write.ts'
import type { Payments } from './settings.ts'
import { paymentPairs, paymentProfiles, payments as paymentTable } from './tables.ts'

type CounterpartiesRow = RowOf<typeof paymentPairs>

/** A confirmation of a payment by one of its parties. Amount and phone numbers must match the payment. */
export interface Confirmation extends PaymentProofContext {
  /** Leg of the two-leg payment: `B` is the sender's confirmation, `A` the receiver's. */
  readonly leg: 'A' | 'B'
  /** The receiver's signature with the registered proof key, if one is registered. */
  readonly proof?: string | undefined
}

/**
 * Confirms a payment for one party, and completes it once every required party has confirmed: both parties for the
 * first payment between two users, the sender alone afterwards. Idempotent.
 * @returns the payment in its new state: completed, or still pending
 * @throws BillfoldError `payment.not-found` if the payment does not exist, has ended, or is not the caller's to
 *   confirm with this leg; `payment.sender-not-found`, `payment.proof-required`, `amount.invalid`, and the failure
 *   codes of `preconditions`
 */
export async function confirmPayment(
  payments: Payments,
  actor: Actor,
  userId: string,
  confirmation: Confirmation,
  preconditions: readonly Held[] = [],
): Promise<PaymentRow> {
  const { services } = payments
  return decide(async () => {
    const row = await findPayment(services, actor.tenant, confirmation.session)
    const leg = row.senderId === userId ? 'B' : row.receiverId === userId ? 'A' : undefined
    if (leg !== confirmation.leg) throw new BillfoldError('payment.unknown')
    await assertMatches(payments, actor, row, confirmation)
    if (row.state === 'completed') return row
    if (row.state === 'pending' && row.expiresAt <= services.now()) {
      await refundPayment(payments, actor, row.id, 'expired')
      throw new BillfoldError('payment.unknown')
    }
    if (row.state !== 'pending') throw new BillfoldError('payment.unknown')
    await assertProofKeyUnchanged(payments, actor, row)
    if (leg === 'A') assertProof(row, confirmation)
    return confirmLeg(payments, { ...actor, id: userId }, row, leg, preconditions)
  })
}

/** Checks that amount, sender and receiver match the payment. */
async function assertMatches(
  { services, settings }: Payments,
  { tenant }: Actor,
  row: PaymentRow,
  { amount, from, to }: Confirmation,
): Promise<void> {
  const sender = await personWith(services, tenant, [{ kind: 'phone', value: from }])
  if (sender === undefined) throw new BillfoldError('payment.sender-unknown')
  const receiver = await personWith(services, tenant, [{ kind: 'phone', value: to }])
  const same =
    sender === row.senderId &&
    receiver !== undefined &&
    receiver === row.receiverId &&
    parseAmount(settings.money, currencyNamed(settings.money, row.currency), amount) === row.amount
  if (!same) throw new BillfoldError('payment.unknown')
}

/**
 * Cancels the payment if the receiver's proof key was registered, replaced or removed since the payment was created:
 * the sender paid to the holder of that key. Changing the key cancels pending payments anyway; this covers a process
 * that died in between.
 */
async function assertProofKeyUnchanged(payments: Payments, actor: Actor, row: PaymentRow): Promise<void> {
  const { proofKey } = await findProfile(payments.services, row.tenant, row.receiverId ?? '')
  if (proofKey !== row.proofKey) {
    await refundPayment(payments, actor, row.id, 'cancelled')
    throw new BillfoldError('payment.unknown')
  }
}

/** Verifies the receiver's proof against the key stored with the payment, if there is one. */
function assertProof({ proofKey }: PaymentRow, confirmation: Confirmation): void {
  if (proofKey === null) return
  const verified =
    confirmation.proof !== undefined &&
    verifyPaymentProof(confirmation.proof, Buffer.from(proofKey, 'hex'), confirmation)
  if (!verified) throw new BillfoldError('payment.proof-required')
}

async function confirmLeg(
  payments: Payments,
  actor: Actor,
  row: PaymentRow,
  leg: 'A' | 'B',
  preconditions: readonly Held[],
): Promise<PaymentRow> {
  const { services } = payments
  const now = services.now()
  const confirmed =
    leg === 'B'
      ? { senderConfirmedAt: row.senderConfirmedAt ?? now }
      : { receiverConfirmedAt: row.receiverConfirmedAt ?? now }
  const next = { ...row, ...confirmed }
  const pair = toCounterparties(row, now)
  const known = await areKnownCounterparties(services, pair)
  const completes = next.senderConfirmedAt !== null && (known || next.receiverConfirmedAt !== null)
  const repeated =
    next.senderConfirmedAt === row.senderConfirmedAt && next.receiverConfirmedAt === row.receiverConfirmedAt
  if (!completes && repeated) return row
  const writes = completes
    ? await completionWrites(payments, next, known ? [] : [insert(paymentPairs, pair)])
    : [
        update(paymentTable, {
          where: { id: row.id, state: 'pending', version: row.version },
          set: confirmed,
          add: { version: 1 },
        }),
        ...(await messagesToBoth(payments, 'payments.confirmed', row)),
      ]
  const action = completes ? 'payment.completed' : 'payment.confirmed'
  const audited = auditRecord(actor, action, row.id, now, { leg })
  const events = confirmationEvents(services, row, leg, completes)
  await commitHeld(services, preconditions, audited, proofKeyUnchanged(row), ...writes, ...events)
  return completes ? { ...next, state: 'completed' } : next
}

function confirmationEvents(services: Services, row: PaymentRow, leg: 'A' | 'B', completes: boolean): readonly Write[] {
  const event = paymentEventData(row)
  if (completes) return eventWrites(services, row.tenant, 'payment.completed', event)
  const by = leg === 'A' ? 'receiver' : 'sender'
  return eventWrites(services, row.tenant, 'payment.confirmed', { ...event, by })
}

async function completionWrites(
  payments: Payments,
  row: PaymentRow,
  pair: readonly Write[],
): Promise<readonly Write[]> {
  const { senderConfirmedAt, receiverConfirmedAt } = row
  const transferId = newId()
  const hold = holdOf({ ...row, owner: row.senderId })
  const receiver = { kind: 'available', owner: row.receiverId ?? '' } as const
  return [
    ...endingWrites(payments, row, { state: 'completed', senderConfirmedAt, receiverConfirmedAt, transferId }),
    ...pair,
    ...(await capturing(payments.services, hold, receiver, { transferId, kind: 'payment.completed' })),
    ...(await messagesToBoth(payments, 'payments.completed', row)),
  ]
}

/** Fails if the receiver's proof key has changed: both legs depend on it. */
function proofKeyUnchanged({ receiverId, proofKey }: PaymentRow): Write {
  return check(paymentProfiles, { where: { userId: receiverId ?? '', proofKey } })
}

function toCounterparties({ senderId, receiverId, tenant }: PaymentRow, since: number): CounterpartiesRow {
  const other = receiverId ?? ''
  return senderId < other
    ? { low: senderId, high: other, tenant, since }
    : { low: other, high: senderId, tenant, since }
}

async function areKnownCounterparties({ storage }: Services, { low, high }: CounterpartiesRow): Promise<boolean> {
  return (await storage.find(paymentPairs, { where: { low, high }, limit: 1 })).length > 0
}
