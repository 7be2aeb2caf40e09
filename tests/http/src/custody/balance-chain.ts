import { BillfoldError, type EvmClient } from '@billfold/core'

/** A chain on which every address has 1,000 coins, and that accepts every transaction and mines none. */
export function balanceChain(): EvmClient {
  const balance = 10n ** 21n
  return {
    family: 'evm',
    network: 'eip155:31337',
    timeoutMs: 5000,
    balance: async () => balance,
    blockNumber: async () => 100,
    nonces: async () => ({ mined: 0, next: 0 }),
    broadcast: async () => ({ outcome: 'accepted' }),
    status: async () => ({ state: 'pending', confirmations: 0 }),
    fees: async () => ({ maxFeePerGas: 3_000_000_000n, maxPriorityFeePerGas: 1_000_000_000n }),
    estimateGas: async ({ value }) => {
      if (value > balance) throw new BillfoldError('transaction.insufficient-funds')
      return 21_000n
    },
    call: async () => new Uint8Array(),
  }
}
