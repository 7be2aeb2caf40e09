import type { EvmHistoryClient } from '../chain-clients/index.ts'
import { transferTopics } from './token-transfers.ts'
import { readTransfers } from './read-transfers.ts'

/** The tokens of a contract that an address has ever received. */
export interface ReceivedTokensQuery {
  readonly contract: string
  readonly type: 'ERC_721' | 'ERC_1155'
  readonly owner: string
  readonly fromBlock: number
  /** Blocks per query. */
  readonly blockRange: number
}

/**
 * Lists the ids of the tokens that an address has ever received, from the logs of the contract. It may have sent them on.
 * @throws BillfoldError `token-indexer.unavailable` if the history is too long to be read at once
 */
export async function listReceivedTokens(client: EvmHistoryClient, query: ReceivedTokensQuery): Promise<string[]> {
  const { contract, type, owner, fromBlock, blockRange } = query
  const { transfer, single, batch } = transferTopics
  const to = `0x${owner.toLowerCase().slice(2).padStart(64, '0')}`
  const topics = type === 'ERC_721' ? [[transfer, null, to]] : [single, batch].map((name) => [name, null, null, to])
  const transfers = await readTransfers(client, { contract, fromBlock, blockRange, topics })
  return [...new Set(transfers.flatMap(({ tokenId }) => (tokenId === undefined ? [] : [tokenId])))]
}
