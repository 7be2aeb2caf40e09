import type { ReservingBroadcastResult } from '../chain-client.ts'

/**
 * Classifies the reason for which a node of the Bitcoin family refuses a transaction (the reject reasons of Bitcoin Core's `sendrawtransaction`).
 * Undefined if the reason may be temporary, such as a busy node or a full mempool, so that the transaction is rebroadcast later.
 */
export function classifyUtxoRefusal(message: string): ReservingBroadcastResult | undefined {
  const reason = message.toLowerCase()
  if (/already (known|in)|already-(known|in-mempool)/.test(reason)) return { outcome: 'accepted' }
  if (/missing-?inputs|missingorspent|mempool-conflict|replacement/.test(reason)) return { outcome: 'conflict' }
  if (/too-long-mempool-chain|too many|mempool full|rate|time|busy|loading|warm|verifying|initial/.test(reason))
    return undefined
  if (/fee not met|fee too low|insufficient fee/.test(reason)) return { outcome: 'rejected', reason: 'fee-too-low' }
  if (/in-belowout|insufficient/.test(reason)) return { outcome: 'rejected', reason: 'insufficient-funds' }
  return { outcome: 'rejected', reason: 'not-valid' }
}
