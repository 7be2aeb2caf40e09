import type { BroadcastResult, NodeTransactionStatus, EvmClient, TransferSource } from '@billfold/core'

/** A chain client with scripted replies. */
export interface ScriptedChain {
  readonly client: EvmClient
  /** Has one block, with a transfer to the address of `received`. */
  readonly transfers: TransferSource
  readonly script: {
    broadcast: BroadcastResult
    status: NodeTransactionStatus['state']
    received?: string
  }
}

/** Creates a chain that accepts every transaction and mines none. */
export function scriptedChain(): ScriptedChain {
  const script: ScriptedChain['script'] = { broadcast: { outcome: 'accepted' }, status: 'unknown' }
  let sent = 0
  const client: EvmClient = {
    family: 'evm',
    network: 'eip155:31337',
    timeoutMs: 1000,
    balance: async () => 10n ** 21n,
    nonces: async () =>
      script.status === 'mined' || script.status === 'failed' ? { mined: sent, next: sent } : { mined: 0, next: 0 },
    broadcast: async () => {
      sent++
      return script.broadcast
    },
    status: async () => ({ state: script.status, confirmations: script.status === 'unknown' ? 0 : 100 }),
    fees: async () => ({ gasPrice: 1n }),
    estimateGas: async () => 21_000n,
    call: async () => new Uint8Array(),
  }
  const transfers: TransferSource = {
    network: client.network,
    blockRange: 1,
    fromBlock: 1,
    finalBlock: async () => (script.received === undefined ? 0 : 1),
    listTransfers: async ({ findWallets }) => {
      const found = await findWallets(script.received === undefined ? [] : [script.received])
      return [...found].map((to, position) => ({ block: 1, position, hash: `0x${'ab'.repeat(32)}`, to, amount: 1n }))
    },
  }
  return { client, transfers, script }
}
