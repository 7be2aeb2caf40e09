import type { BroadcastResult } from '../../chain-clients/index.ts'

/** Returns the error code of a transaction, or user operation, that a node has rejected. */
export function toRejectionCode(
  reason: Extract<BroadcastResult, { outcome: 'rejected' }>['reason'] | 'fee-too-low',
): 'transaction.insufficient-funds' | 'transaction.rejected' {
  return reason === 'insufficient-funds' ? 'transaction.insufficient-funds' : 'transaction.rejected'
}
