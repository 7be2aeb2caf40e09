import type { TronClient } from '@billfold/core'

/** A node of TRON on which every account is rich, every token has no decimals, and every transaction is accepted. */
export function createTronClient(): TronClient & { readonly accepted: Uint8Array[] } {
  const accepted: Uint8Array[] = []
  return {
    accepted,
    family: 'tron',
    network: 'tron:0x2b6653dc',
    maxFeeLimit: 500_000_000n,
    lifetimeMs: 3_600_000,
    balance: async () => 10n ** 12n,
    accountExists: async () => true,
    referenceBlock: async () => ({ number: 1, hash: '00'.repeat(32), timestamp: Date.now() }),
    expiredUntil: async () => 0,
    resources: async () => ({
      energy: 0n,
      freeBandwidth: 600n,
      stakedBandwidth: 0n,
      energyPrice: 420n,
      bandwidthPrice: 1000n,
      accountCreationFee: 0n,
    }),
    call: async () => ({ result: new Uint8Array(32), energy: 65_000n }),
    status: async () => ({ state: accepted.length > 0 ? 'pending' : 'unknown', confirmations: 0 }),
    broadcast: async (raw) => {
      accepted.push(raw)
      return { outcome: 'accepted' }
    },
  }
}
