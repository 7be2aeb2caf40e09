import { createHash } from 'node:crypto'
import type { UtxoClient } from '@billfold/core'

/** A node of Bitcoin that has some coins of every address, and accepts every transaction. */
export function createBitcoinClient(coins: readonly bigint[]): UtxoClient & { readonly accepted: Uint8Array[] } {
  const accepted: Uint8Array[] = []
  return {
    accepted,
    family: 'utxo',
    network: 'bip122:000000000019d6689c085ae165831e93',
    maxFeeRate: 500_000n,
    dustRelayFeeRate: 3000n,
    incrementalFeeRate: 1000n,
    allowsReplacement: true,
    balance: async () => coins.reduce((sum, amount) => sum + amount, 0n),
    unspent: async () => coins.map((amount, vout) => ({ txid: toTxid(vout), vout, amount, confirmations: 6 })),
    feeRate: async () => 2000n,
    status: async () => ({ state: accepted.length > 0 ? 'pending' : 'unknown', confirmations: 0 }),
    isReplaced: async () => false,
    broadcast: async (raw) => {
      accepted.push(raw)
      return { outcome: 'accepted' }
    },
  }
}

function toTxid(index: number): string {
  return createHash('sha256').update(String(index)).digest('hex')
}
