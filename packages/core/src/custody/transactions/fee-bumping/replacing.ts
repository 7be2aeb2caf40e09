import type { AuthorizedMethod } from '../../../identity/signing-methods/authorized-method.ts'
import type { Actor } from '../../../platform/audit/audit-write.ts'
import type { CustodyWalletRow } from '../../wallets/sealing.ts'
import type { TransactionRow } from '../transaction-row.ts'

/** What the sender of a pending transaction asks for: the same at a higher fee, or that it is not executed. */
export type ReplacementRequest = 'resubmit' | 'cancel'

/** The context of one replacement. */
export interface Replacing {
  readonly actor: Actor
  readonly wallet: CustodyWalletRow
  readonly row: TransactionRow
  readonly request: ReplacementRequest
  readonly authorizedBy: AuthorizedMethod
}
