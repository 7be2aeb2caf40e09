import type { AuthorizedMethod } from '../../identity/signing-methods/authorized-method.ts'
import type { Act } from '../../platform/acts/act.ts'
import type { Actor } from '../../platform/audit/audit-write.ts'
import type { CustodyWalletRow } from './sealing.ts'

/** What an act of a wallet does, besides who does it with which wallet. */
export type WalletAct = Pick<Act, 'kind' | 'content' | 'call' | 'network' | 'typedData' | 'delegate' | 'calls'>

/** Returns the part of an act that is the same for all acts of a wallet. */
export function walletAct(
  actor: Actor,
  { id, userId, secretType }: CustodyWalletRow,
  { row }: AuthorizedMethod,
): Omit<Act, 'kind' | 'content'> {
  return { actor, userId, walletId: id, chain: secretType, method: { id: row.id, type: row.type } }
}
