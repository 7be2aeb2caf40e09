import type { EvmHistoryClient } from '../chain-clients/index.ts'
import type { TokenHolder } from './token-indexer.ts'
import { transferTopics, zeroAddress } from './token-transfers.ts'
import { readTransfers } from './read-transfers.ts'

/** Which tokens of which contract. */
export interface HoldersQuery {
  readonly contract: string
  readonly type: 'ERC_20' | 'ERC_721' | 'ERC_1155'
  readonly fromBlock: number
  /** Blocks per query. */
  readonly blockRange: number
  /** Decimal; all tokens without it. */
  readonly tokenId?: string | undefined
}

/**
 * Computes who holds the tokens of a contract from all of its transfers. A contract that follows no standard, such as a token whose balances
 * change without transfers, has other balances.
 * @throws BillfoldError `token-indexer.unavailable` if the history is too long to be read at once
 */
export async function listTokenHolders(
  client: EvmHistoryClient,
  { contract, type, fromBlock, blockRange, tokenId }: HoldersQuery,
): Promise<readonly TokenHolder[]> {
  const { transfer, single, batch } = transferTopics
  const topics = type === 'ERC_1155' ? [[single], [batch]] : [[transfer]]
  const transfers = await readTransfers(client, { contract, fromBlock, blockRange, topics })
  const holders = new Map<string, { address: string; tokenId: string | undefined; balance: bigint }>()
  const add = (address: string, id: string | undefined, amount: bigint): void => {
    if (address === zeroAddress) return
    const key = `${id ?? ''} ${address}`
    const holder = holders.get(key) ?? { address, tokenId: id, balance: 0n }
    holders.set(key, { ...holder, balance: holder.balance + amount })
  }
  for (const { from, to, tokenId: id, amount } of transfers) {
    // The contract of one standard may emit events of another.
    if ((id === undefined) !== (type === 'ERC_20') || (tokenId !== undefined && id !== tokenId)) continue
    add(from, id, -amount)
    add(to, id, amount)
  }
  return [...holders.values()].filter(({ balance }) => balance > 0n)
}
