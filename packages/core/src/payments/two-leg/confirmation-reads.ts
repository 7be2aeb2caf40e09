import type { IdentifierRow } from '../../identity/users/identifiers.ts'
import type { Services } from '../../platform/services.ts'
import type { RowOf } from '../../kernel/storage/index.ts'
import { knownCounterparties, payments as paymentTable } from '../tables.ts'
import { listIdentifiersOfUsers } from '../users/profiles.ts'
import { toPartyIds } from './notifications.ts'

type PaymentRow = RowOf<typeof paymentTable>

/** The rows on which a confirmation is decided. */
export interface ConfirmationReads {
  readonly payment: PaymentRow | undefined
  /** The identifiers of both parties. */
  readonly identifiers: readonly IdentifierRow[]
  /** True if the parties have completed a payment before. */
  readonly areKnown: boolean
}

/** The key of a pair of users. */
export type PairOfUsers = Pick<RowOf<typeof knownCounterparties>, 'lowerUserId' | 'higherUserId'>

/**
 * Reads what a confirmation is decided on, in two round trips: the payment, at once, and its parties when the caller is known.
 * @returns reads the rest
 */
export function startReadingConfirmation(
  services: Services,
  tenant: string,
  paymentId: string,
): () => Promise<ConfirmationReads> {
  const { storage } = services
  const finding = storage.find(paymentTable, { where: { id: paymentId, tenant }, limit: 1 })
  // Reported when it is awaited, which need not happen.
  finding.catch(() => {})
  return async () => {
    const [payment] = await finding
    if (payment === undefined) return { payment, identifiers: [], areKnown: false }
    const where = toPair(payment)
    const [identifiers, pairs] = await Promise.all([
      listIdentifiersOfUsers(services, toPartyIds(payment)),
      storage.find(knownCounterparties, { where, limit: 1 }),
    ])
    return { payment, identifiers, areKnown: pairs.length > 0 }
  }
}

/** Returns the key of the parties of a payment, whoever sends. */
export function toPair({ senderId, receiverId }: Pick<PaymentRow, 'senderId' | 'receiverId'>): PairOfUsers {
  const other = receiverId ?? ''
  return senderId < other
    ? { lowerUserId: senderId, higherUserId: other }
    : { lowerUserId: other, higherUserId: senderId }
}
