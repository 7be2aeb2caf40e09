import { addr } from 'micro-eth-signer'
import type { EvmBlock, EvmBlockClient } from '../chain-clients/index.ts'
import { parseTransfers, transferTopics } from '../tokens/token-transfers.ts'
import type { IncomingTransfer, TransferSource } from './transfer-source.ts'

/** Options of {@link evmTransferSource}. */
export interface EvmTransferSourceOptions {
  /** `evmChainClient` or `viemChainClient`. */
  readonly client: EvmBlockClient
  /** The contracts whose tokens are recorded (ERC-20, ERC-721, ERC-1155), hex with `0x`. Default: none. */
  readonly tokens?: readonly string[]
  /** The confirmations after which a block is final, 1 to 10,000. Default: that of the client, or 12. */
  readonly confirmations?: number
  /** The number of blocks that are read at a time, 1 to 1,000. Default: 10. */
  readonly blockRange?: number
  /** The first block that is read. Default: the one after the newest final block at the first run. */
  readonly fromBlock?: number
}

/**
 * Creates a source of what EVM addresses receive, which reads whole blocks over JSON-RPC: two requests for each block, and one for
 * each transfer of coins to a wallet, since a transaction may have failed. It records coins that a transaction carries to its
 * recipient, and tokens of the listed contracts. Coins that a contract passes on are in no block; an indexing service that traces
 * transactions can be a `TransferSource` for these.
 * @throws RangeError if a number is out of range or there are more than 1,000 tokens
 *
 * @example
 * ```ts
 * import { createBillfold, environmentKeyring, evmChainClient, evmTransferSource, memoryStorage } from '@billfold/core'
 *
 * const client = evmChainClient({ url: 'https://node.example', chainId: 137 })
 * const usdc = '0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359'
 * const billfold = createBillfold({
 *   storage: memoryStorage(),
 *   keyring: environmentKeyring(),
 *   custody: {
 *     chainClients: { MATIC: client },
 *     transferSources: { MATIC: evmTransferSource({ client, tokens: [usdc] }) },
 *   },
 * })
 * ```
 */
export function evmTransferSource(options: EvmTransferSourceOptions): TransferSource {
  const { client, tokens = [], blockRange = 10, fromBlock } = options
  const { confirmations = client.finalityConfirmations ?? 12 } = options
  if (!Number.isInteger(confirmations) || confirmations < 1 || confirmations > 10_000)
    throw new RangeError(`evmTransferSource: confirmations must be an integer from 1 to 10000, got ${confirmations}`)
  if (tokens.length > maxTokens)
    throw new RangeError(`evmTransferSource: tokens must be at most ${maxTokens} contracts`)
  return {
    network: client.network,
    blockRange,
    fromBlock,
    finalBlock: async () => {
      if (client.blockNumber === undefined) throw new TypeError('the client has no blockNumber')
      return Math.max(0, (await client.blockNumber()) - confirmations + 1)
    },
    listTransfers: async ({ fromBlock: first, toBlock, findWallets }) => {
      const listed: Listed[] = []
      for (let number = first, parent: string | undefined; number <= toBlock; number++) {
        const block = await client.block(number)
        if (block === undefined) throw new Error(`the node does not have block ${number}`)
        if (parent !== undefined && block.parentHash !== parent) throw new Error(`block ${number} is of another fork`)
        parent = block.hash
        listed.push(...listCoins(number, block), ...(await listTokens(client, tokens, number, block)))
      }
      const wallets = await findWallets(listed.map(({ transfer }) => transfer.to))
      const ofWallets = listed.filter(({ transfer }) => wallets.has(transfer.to))
      const transfers: IncomingTransfer[] = []
      for (const { transfer, blockHash } of ofWallets)
        if (transfer.tokenAddress !== undefined || (await hasSucceeded(client, transfer, blockHash)))
          transfers.push(transfer)
      return transfers
    },
  }
}

const maxTokens = 1000

interface Listed {
  readonly transfer: IncomingTransfer
  readonly blockHash: string
}

function listCoins(number: number, { hash: blockHash, transactions }: EvmBlock): readonly Listed[] {
  return transactions.flatMap(({ hash, from, to, value }, position) => {
    if (to === null || value === 0n) return []
    const [sender, recipient] = [addr.addChecksum(from), addr.addChecksum(to)]
    return [{ blockHash, transfer: { block: number, position, hash, from: sender, to: recipient, amount: value } }]
  })
}

/** Their positions follow those of the transactions. A transaction that has failed has no logs. */
async function listTokens(
  client: EvmBlockClient,
  contracts: readonly string[],
  number: number,
  { hash: blockHash, transactions }: EvmBlock,
): Promise<readonly Listed[]> {
  if (contracts.length === 0) return []
  const logs = await client.logsOfBlock({ blockHash, contracts, firstTopics: Object.values(transferTopics) })
  const transfers = logs.flatMap((log) => parseTransfers(log).map((transfer) => ({ log, transfer })))
  return transfers.flatMap(({ log, transfer: { from, to, amount, tokenId } }, index) => {
    if (amount === 0n) return []
    const place = { block: number, position: transactions.length + index, hash: log.transactionHash }
    return [
      { blockHash, transfer: { ...place, from, to, amount, tokenAddress: addr.addChecksum(log.contract), tokenId } },
    ]
  })
}

async function hasSucceeded(
  client: EvmBlockClient,
  { hash, block }: IncomingTransfer,
  blockHash: string,
): Promise<boolean> {
  const { state, blockHash: minedIn } = await client.status(hash)
  if (minedIn !== blockHash) throw new Error(`block ${block} is of another fork`)
  return state === 'mined'
}
