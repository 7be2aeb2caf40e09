import type { ReservingBroadcastResult } from '../chain-client.ts'

/**
 * Classifies a refusal by its code (`response_code` of java-tron's api.proto) and text. Undefined if it may be temporary, such as a busy node, so that
 * the transaction is rebroadcast later.
 */
export function classifyTronRefusal(code: string, message: string): ReservingBroadcastResult | undefined {
  switch (code) {
    case 'DUP_TRANSACTION_ERROR':
      return { outcome: 'accepted' }
    // TAPOS_ERROR: the reference block is too old, or of a chain that the node has left.
    case 'TRANSACTION_EXPIRATION_ERROR':
    case 'TAPOS_ERROR':
      return { outcome: 'expired' }
    case 'BANDWITH_ERROR':
      return { outcome: 'rejected', reason: 'insufficient-funds' }
    case 'CONTRACT_VALIDATE_ERROR':
      return {
        outcome: 'rejected',
        reason: /balance is not sufficient|insufficient|not exists?|no OwnerAccount/i.test(message)
          ? 'insufficient-funds'
          : 'not-valid',
      }
    case 'SIGERROR':
    case 'CONTRACT_EXE_ERROR':
    case 'TOO_BIG_TRANSACTION_ERROR':
      return { outcome: 'rejected', reason: 'not-valid' }
    default:
      return undefined
  }
}
