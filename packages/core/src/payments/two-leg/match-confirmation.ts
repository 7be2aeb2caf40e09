import { BillfoldError } from '../../kernel/errors.ts'
import type { Services } from '../../platform/services.ts'
import {
  hasBlindIndex,
  type Identifier,
  type IdentifierRow,
  listClaimants,
  tryIdentifierBlindIndex,
} from '../../identity/users/identifiers.ts'
import { parseCurrency, parseMinorUnits } from '../money/money.ts'
import type { PaymentsContext } from '../settings.ts'
import { findUserByIdentifiers } from '../users/profiles.ts'
import type { PaymentRow } from './create-payment.ts'

/** The content of a confirmation: the amount, and the phone numbers of sender and receiver. */
export interface StatedPayment {
  readonly amount: string
  readonly from: string
  readonly to: string
}

/**
 * Checks that amount, sender and receiver of a confirmation match the payment.
 * @param rows the identifiers of both parties
 * @throws BillfoldError `payment.not-found`; `payment.sender-not-found` if nobody has the sender's phone number
 */
export async function assertMatchesPayment(
  { services, settings }: PaymentsContext,
  payment: PaymentRow,
  rows: readonly IdentifierRow[],
  { amount, from, to }: StatedPayment,
): Promise<void> {
  const { tenant, senderId, receiverId } = payment
  const [isSender, isReceiver] = await Promise.all([
    hasPhone(services, tenant, rows, senderId, from),
    hasPhone(services, tenant, rows, receiverId, to),
  ])
  if (!isSender && !(await isRegistered(services, tenant, { kind: 'phone', value: from })))
    throw new BillfoldError('payment.sender-not-found')
  const isSameAmount = (): boolean =>
    parseMinorUnits(settings.money, parseCurrency(settings.money, payment.currency), amount) === payment.amount
  if (!isSender || !isReceiver || !isSameAmount()) throw new BillfoldError('payment.not-found')
}

async function hasPhone(
  services: Services,
  tenant: string,
  rows: readonly IdentifierRow[],
  userId: string | null,
  phone: string,
): Promise<boolean> {
  const blindIndex = await tryIdentifierBlindIndex(services, tenant, { kind: 'phone', value: phone })
  return blindIndex !== undefined && rows.some((row) => row.userId === userId && hasBlindIndex(row, blindIndex))
}

/** Returns true if a user has the phone number, verified or claimed. */
async function isRegistered(services: Services, tenant: string, phone: Identifier): Promise<boolean> {
  if ((await findUserByIdentifiers(services, tenant, [phone])) !== undefined) return true
  return (await listClaimants(services, tenant, phone, 1)).length > 0
}
