import { type Actor, auditRecord } from '../audit/record.ts'
import { BillfoldError } from '../errors.ts'
import { newId } from '../ids.ts'
import { capturing } from '../ledger/index.ts'
import type { Services } from '../services.ts'
import { check, decide, insert, update, type Write } from '../storage/index.ts'
import { endingWrites, holdOf, refundPayment } from './end-payment.ts'
import { commitHeld, type Held } from './held.ts'
import { messagesToBoth } from './messages.ts'
import { currencyNamed, parseAmount } from './money.ts'
import { findPayment, type PaymentRow } from './open-payment.ts'
import { findProfile, personWith } from './people.ts'
import { type PaymentProofContext, verifyPaymentProof } from '../client/payment-proof.ts'
import { eventWrites } from '../events/write.ts'
import type { Payments } from './settings.ts'
import { paymentPairs, paymentProfiles, payments as paymentTable } from './tables.ts'
import { paymentEvent } from './payment-event.ts'

/** What a party says to confirm a payment. */
export interface Confirmation extends PaymentProofContext {
  /** `B`: the sender confirms; `A`: the receiver does. */
  readonly leg: 'A' | 'B'
  /** The receiver's proof to hold the registered key. */
  readonly proof?: string | undefined
}

/**
 * Confirms a payment for one of its parties, and completes it once all have confirmed who must: both for the first payment
 * between two people, then the sender alone. A repeat changes nothing.
 * @returns the payment as it is now, completed or still pending
 * @throws BillfoldError `payment.unknown` for a payment that is not the caller's to confirm so, or has ended;
 *   `payment.sender-unknown`, `payment.proof-required`, `amount.invalid`, and what `held` says
 */
export async function confirmPayment(
  payments: Payments,
  actor: Actor,
  userId: string,
  confirmation: Confirmation,
  held: readonly Held[] = [],
): Promise<PaymentRow> {
  const { services } = payments
  return decide(async () => {
    const row = await findPayment(services, actor.tenant, confirmation.session)
    const leg = row.senderId === userId ? 'B' : row.receiverId === userId ? 'A' : undefined
    if (leg !== confirmation.leg) throw new BillfoldError('payment.unknown')
    await assertSame(payments, actor, row, confirmation)
    if (row.state === 'completed') return row
    if (row.state === 'pending' && row.expiresAt <= services.now()) {
      await refundPayment(payments, actor, row.id, 'expired')
      throw new BillfoldError('payment.unknown')
    }
    if (row.state !== 'pending') throw new BillfoldError('payment.unknown')
    await assertSameKey(payments, actor, row)
    if (leg === 'A') assertProof(row, confirmation)
    return confirmLeg(payments, { ...actor, id: userId }, row, leg, held)
  })
}

/** Amount and parties must be those of the payment. */
async function assertSame(
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
 * A key that was registered, changed or removed since the payment was opened ends it, whoever confirms: it is not the one the sender
 * paid to. Whoever changed it has cancelled the payment already, unless the process died in between.
 */
async function assertSameKey(payments: Payments, actor: Actor, row: PaymentRow): Promise<void> {
  const { proofKey } = await findProfile(payments.services, row.tenant, row.receiverId ?? '')
  if (proofKey !== row.proofKey) {
    await refundPayment(payments, actor, row.id, 'cancelled')
    throw new BillfoldError('payment.unknown')
  }
}

/** The receiver holds the key that the payment was opened with, where there is one. */
function assertProof({ proofKey }: PaymentRow, confirmation: Confirmation): void {
  if (proofKey === null) return
  const proven =
    confirmation.proof !== undefined &&
    verifyPaymentProof(confirmation.proof, Buffer.from(proofKey, 'hex'), confirmation)
  if (!proven) throw new BillfoldError('payment.proof-required')
}

async function confirmLeg(
  payments: Payments,
  actor: Actor,
  row: PaymentRow,
  leg: 'A' | 'B',
  held: readonly Held[],
): Promise<PaymentRow> {
  const { services } = payments
  const now = services.now()
  const confirmed =
    leg === 'B'
      ? { senderConfirmedAt: row.senderConfirmedAt ?? now }
      : { receiverConfirmedAt: row.receiverConfirmedAt ?? now }
  const next = { ...row, ...confirmed }
  const pair = pairOf(row)
  const known = await isKnown(services, pair)
  const completes = next.senderConfirmedAt !== null && (known || next.receiverConfirmedAt !== null)
  const repeated =
    next.senderConfirmedAt === row.senderConfirmedAt && next.receiverConfirmedAt === row.receiverConfirmedAt
  if (!completes && repeated) return row
  const writes = completes
    ? await completingWrites(payments, next, known ? [] : [insert(paymentPairs, { ...pair, since: now })])
    : [
        update(paymentTable, {
          where: { id: row.id, state: 'pending', version: row.version },
          set: confirmed,
          add: { version: 1 },
        }),
        ...(await messagesToBoth(payments, 'payments.confirmed', row)),
      ]
  const act = completes ? 'payment.completed' : 'payment.confirmed'
  const audited = auditRecord(actor, act, row.id, now, { leg })
  const told = eventOf(services, row, leg, completes)
  await commitHeld(services, held, audited, sameKey(row), ...writes, ...told)
  return completes ? { ...next, state: 'completed' } : next
}

function eventOf(services: Services, row: PaymentRow, leg: 'A' | 'B', completes: boolean): readonly Write[] {
  const event = paymentEvent(row)
  if (completes) return eventWrites(services, row.tenant, 'payment.completed', event)
  const by = leg === 'A' ? 'receiver' : 'sender'
  return eventWrites(services, row.tenant, 'payment.confirmed', { ...event, by })
}

async function completingWrites(
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

/** The key that the payment was opened with is still the receiver's: the leg of either party rests on it. */
function sameKey({ receiverId, proofKey }: PaymentRow): Write {
  return check(paymentProfiles, { where: { userId: receiverId ?? '', proofKey } })
}

function pairOf({ senderId, receiverId, tenant }: PaymentRow): { low: string; high: string; tenant: string } {
  const other = receiverId ?? ''
  return senderId < other ? { low: senderId, high: other, tenant } : { low: other, high: senderId, tenant }
}

async function isKnown({ storage }: Services, { low, high }: { low: string; high: string }): Promise<boolean> {
  return (await storage.find(paymentPairs, { where: { low, high }, limit: 1 })).length > 0
}
