import type { BroadcastResult, NodeTransactionStatus, EvmClient } from '@billfold/core'

/** A chain that says what a test wants it to say. */
export interface ScriptedChain {
  readonly client: EvmClient
  readonly says: { broadcast: BroadcastResult; status: NodeTransactionStatus['state'] }
}

/** One that takes every transaction, and has mined none. */
export function scriptedChain(): ScriptedChain {
  const says: ScriptedChain['says'] = { broadcast: { outcome: 'accepted' }, status: 'unknown' }
  let sent = 0
  const client: EvmClient = {
    family: 'evm',
    network: 'eip155:31337',
    timeoutMs: 1000,
    balance: async () => 10n ** 21n,
    nonces: async () =>
      says.status === 'mined' || says.status === 'failed' ? { mined: sent, next: sent } : { mined: 0, next: 0 },
    broadcast: async () => {
      sent++
      return says.broadcast
    },
    status: async () => ({ state: says.status, confirmations: says.status === 'unknown' ? 0 : 100 }),
    fees: async () => ({ gasPrice: 1n }),
    estimateGas: async () => 21_000n,
    call: async () => new Uint8Array(),
  }
  return { client, says }
}
