import type { TronBlockClient, TronBlockTransfer } from '../chain-clients/index.ts'
import type { IncomingTransfer, TransferSource } from './transfer-source.ts'

/** Options of {@link tronTransferSource}. */
export interface TronTransferSourceOptions {
  /** `tronChainClient`. */
  readonly client: TronBlockClient
  /** The contracts whose tokens are recorded (TRC-20), in base58check. Default: none. */
  readonly tokens?: readonly string[]
  /** The number of blocks that are read at a time, 1 to 1,000. Default: 10. */
  readonly blockRange?: number
  /** The first block that is read. Default: the one after the newest solidified block at the first run. */
  readonly fromBlock?: number
}

/**
 * Creates a source of what addresses of TRON receive, which reads whole solidified blocks: a request for each block, and another one for the tokens.
 * TRX that a contract passes on is in no block.
 *
 * @example
 * ```ts
 * import { createBillfold, environmentKeyring, memoryStorage, tronChainClient, tronTransferSource } from '@billfold/core'
 *
 * const client = tronChainClient({ url: 'https://node.example' })
 * const tokens = ['TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t']
 * const billfold = createBillfold({
 *   storage: memoryStorage(),
 *   keyring: environmentKeyring(),
 *   custody: { chainClients: { TRON: client }, transferSources: { TRON: tronTransferSource({ client, tokens }) } },
 * })
 * ```
 */
export function tronTransferSource(options: TronTransferSourceOptions): TransferSource {
  const { client, tokens = [], blockRange = 10, fromBlock } = options
  const recorded = new Set(tokens)
  return {
    network: client.network,
    blockRange,
    fromBlock,
    finalBlock: () => client.solidBlock(),
    listTransfers: async ({ fromBlock: first, toBlock, findWallets }) => {
      const listed: IncomingTransfer[] = []
      for (let number = first, parent: string | undefined; number <= toBlock; number++) {
        const block = await client.block(number)
        if (parent !== undefined && block.parentHash !== parent) throw new Error(`block ${number} is of another fork`)
        parent = block.hash
        const moved = recorded.size === 0 ? [] : await client.tokenTransfers(number, block.transactionCount)
        listed.push(...toTransfers(number, [...block.transfers, ...moved], recorded))
      }
      const wallets = await findWallets(listed.map(({ to }) => to))
      return listed.filter(({ to }) => wallets.has(to))
    },
  }
}

/** The position counts all transfers of the block, those of TRX first. */
function toTransfers(
  number: number,
  transfers: readonly TronBlockTransfer[],
  recorded: ReadonlySet<string>,
): readonly IncomingTransfer[] {
  return transfers.flatMap(({ txid, from, to, amount, token }, position) =>
    amount === 0n || (token !== undefined && !recorded.has(token))
      ? []
      : [{ block: number, position, hash: txid, from, to, amount, tokenAddress: token }],
  )
}
