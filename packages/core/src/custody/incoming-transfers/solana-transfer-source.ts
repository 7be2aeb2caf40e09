import type { SolanaBlockClient } from '../chain-clients/index.ts'
import type { IncomingTransfer, TransferSource } from './transfer-source.ts'

/** Options of {@link solanaTransferSource}. */
export interface SolanaTransferSourceOptions {
  /** `solanaChainClient`. */
  readonly client: SolanaBlockClient
  /** The tokens that are recorded, in base58. Default: none. */
  readonly tokens?: readonly string[]
  /** The number of slots that are read at a time, 1 to 1,000. Default: 10. */
  readonly blockRange?: number
  /** The first slot that is read. Default: the one after the newest finalized slot at the first run. */
  readonly fromBlock?: number
}

/**
 * Creates a source of what addresses of Solana receive, which reads all finalized blocks: what a transaction adds to the SOL of an address, and to its
 * tokens of the list. On the main network this is some megabytes for each of two or three blocks a second, from a node of your own; with another, let
 * an indexing service be the `TransferSource`.
 *
 * @example
 * ```ts
 * import { createBillfold, environmentKeyring, memoryStorage, solanaChainClient, solanaTransferSource } from '@billfold/core'
 *
 * const client = solanaChainClient({ url: 'http://127.0.0.1:8899' })
 * const tokens = ['EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v']
 * const billfold = createBillfold({
 *   storage: memoryStorage(),
 *   keyring: environmentKeyring(),
 *   custody: { chainClients: { SOLANA: client }, transferSources: { SOLANA: solanaTransferSource({ client, tokens }) } },
 * })
 * ```
 */
export function solanaTransferSource(options: SolanaTransferSourceOptions): TransferSource {
  const { client, tokens = [], blockRange = 10, fromBlock } = options
  const recorded = new Set(tokens)
  return {
    network: client.network,
    blockRange,
    fromBlock,
    finalBlock: () => client.finalSlot(),
    listTransfers: async ({ fromBlock: first, toBlock, findWallets }) => {
      const listed: IncomingTransfer[] = []
      for (const slot of await client.listSlots(first, toBlock)) {
        const increases = await client.increases(slot)
        for (const [position, { hash, address, mint, amount }] of increases.entries())
          if (mint === undefined || recorded.has(mint))
            listed.push({ block: slot, position, hash, to: address, amount, tokenAddress: mint })
      }
      const wallets = await findWallets(listed.map(({ to }) => to))
      return listed.filter(({ to }) => wallets.has(to))
    },
  }
}
