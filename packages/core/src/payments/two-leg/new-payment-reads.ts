import type { Identifier, IdentifierRow } from '../../identity/users/identifiers.ts'
import { users } from '../../identity/users/table.ts'
import type { RowOf } from '../../kernel/storage/index.ts'
import { findReferenceClaim, type ReferenceClaimRow } from '../idempotency-references.ts'
import { type AccountBalances, listHoldBalances } from '../ledger/index.ts'
import type { PaymentsContext } from '../settings.ts'
import { paymentProfiles, type payments as paymentTable } from '../tables.ts'
import { findUserByIdentifiers, listIdentifiersOfUsers, type PaymentProfileRow } from '../users/profiles.ts'
import { listExpiredFrom } from './end-payment.ts'

/** What a new payment is read for. */
export interface NewPaymentKey {
  /** Email, phone number or both. */
  readonly receiver: readonly Identifier[]
  readonly currency: string
  /** Idempotency reference of the sender. */
  readonly reference?: string | undefined
}

/** The rows on which a new payment is decided. */
export interface NewPaymentReads {
  /** Payments of the sender that have expired, and must be refunded first. */
  readonly expired: readonly RowOf<typeof paymentTable>[]
  readonly claimed: ReferenceClaimRow | undefined
  readonly sender: PaymentProfileRow | undefined
  /** The profile of the user who owns all identifiers of the receiver and is not archived. */
  readonly receiver: PaymentProfileRow | undefined
  /** The identifiers of both. */
  readonly identifiers: readonly IdentifierRow[]
  /** The sender's balances. */
  readonly balances: AccountBalances
}

/**
 * Reads what a new payment is decided on, in two round trips: who the receiver is, at once, and the rest when the sender is known.
 * @returns reads the rest; call it with the id of the sender
 */
export function startReadingNewPayment(
  { services }: PaymentsContext,
  tenant: string,
  { receiver, currency, reference }: NewPaymentKey,
): (senderId: string) => Promise<NewPaymentReads> {
  const { storage } = services
  const findingReceiver = findUserByIdentifiers(services, tenant, receiver)
  // Reported when it is awaited, which need not happen.
  findingReceiver.catch(() => {})
  return async (senderId) => {
    const receiverId = await findingReceiver
    const parties = [...new Set([senderId, ...(receiverId === undefined ? [] : [receiverId])])]
    const claim = reference === undefined ? undefined : { tenant, caller: senderId, reference }
    const [profiles, active, identifiers, expired, balances, claimed] = await Promise.all([
      storage.find(paymentProfiles, { where: { tenant, userId: { in: parties } } }),
      receiverId === undefined
        ? []
        : storage.find(users, { where: { id: receiverId, tenant, archivedAt: null }, limit: 1 }),
      listIdentifiersOfUsers(services, parties),
      listExpiredFrom(services, senderId),
      listHoldBalances(services, { tenant, currency, owner: senderId }),
      claim === undefined ? undefined : findReferenceClaim(services, claim),
    ])
    const profileOf = (id: string): PaymentProfileRow | undefined => profiles.find(({ userId }) => userId === id)
    const isActive = receiverId !== undefined && active.length > 0
    return {
      expired,
      claimed,
      sender: profileOf(senderId),
      receiver: isActive ? profileOf(receiverId) : undefined,
      identifiers,
      balances,
    }
  }
}
