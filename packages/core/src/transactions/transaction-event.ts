import type { EventType } from '../events/event.ts'
import { eventWrites } from '../events/write.ts'
import type { ChainServices } from '../services.ts'
import type { Insert } from '../storage/index.ts'
import type { TransactionRow } from './record.ts'

/** The event types about transactions. */
export type TransactionEvent = Extract<EventType, `transaction.${string}`>

/** The wallet id of DID registry transactions, which the host's payer account sends without a wallet. */
export const standsForWallet = 'did-registry'

/** The event writes of a user's transaction. Empty for DID registry transactions, which have events of their own. */
export function transactionEvent(
  services: ChainServices,
  { id, tenant, walletId, secretType, hash }: TransactionRow,
  type: TransactionEvent,
): readonly Insert[] {
  if (walletId === standsForWallet) return []
  return eventWrites(services, tenant, type, { transactionId: id, walletId, secretType, hash })
}
