import type { ChainServices } from '../services.ts'
import type { EventType } from '../../platform/events/event.ts'
import { eventWrites } from '../../platform/events/event-writes.ts'
import type { Insert } from '../../kernel/storage/index.ts'
import type { TransactionRow } from './transaction-row.ts'

/** The event types about transactions. */
export type TransactionEventType = Extract<EventType, `transaction.${string}`>

/** The wallet id of DID registry transactions, which the host's payer account sends without a wallet. */
export const didRegistryWalletId = 'did-registry'

/** The event writes of a user's transaction. Empty for DID registry transactions, which have events of their own. */
export function transactionEventWrites(
  services: ChainServices,
  { id, tenant, walletId, secretType, hash }: TransactionRow,
  type: TransactionEventType,
): readonly Insert[] {
  if (walletId === didRegistryWalletId) return []
  return eventWrites(services, tenant, type, { transactionId: id, walletId, secretType, hash })
}
