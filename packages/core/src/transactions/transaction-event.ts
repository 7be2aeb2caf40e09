import type { EventType } from '../events/event.ts'
import { eventWrites } from '../events/write.ts'
import type { ChainServices } from '../services.ts'
import type { Insert } from '../storage/index.ts'
import type { TransactionRow } from './record.ts'

/** The kinds of events that tell of transactions. */
export type TransactionEvent = Extract<EventType, `transaction.${string}`>

/** What stands for a wallet in the rows of transactions that change registries of DIDs: the payer of the host has none. */
export const standsForWallet = 'did-registry'

/** The write that tells of a user's transaction; none for one of the host's own, which events of its DID tell of. */
export function transactionEvent(
  services: ChainServices,
  { id, tenant, walletId, secretType, hash }: TransactionRow,
  type: TransactionEvent,
): readonly Insert[] {
  if (walletId === standsForWallet) return []
  return eventWrites(services, tenant, type, { transactionId: id, walletId, secretType, hash })
}
