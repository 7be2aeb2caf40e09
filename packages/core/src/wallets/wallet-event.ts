import type { EventData } from '../events/event.ts'
import type { WalletRow } from './sealing.ts'

/** A wallet, as events tell of it. */
export function walletEvent({ id: walletId, userId, secretType }: WalletRow): EventData<'wallet.created'> {
  return { walletId, userId, secretType }
}
