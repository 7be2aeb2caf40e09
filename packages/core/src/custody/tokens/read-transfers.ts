import type { EvmHistoryClient } from '../chain-clients/index.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { parseTransfers, type TokenTransfer } from './token-transfers.ts'

/** A query for the transfers of a contract, in parts that a node answers. */
export interface TransferQuery {
  readonly contract: string
  readonly fromBlock: number
  /** Blocks per query. */
  readonly blockRange: number
  /** The topics of each kind of event; null matches any. */
  readonly topics: readonly (readonly (string | null)[])[]
}

/** The maximum number of queries of each kind, and of transfers, for one list. */
const maxRanges = 200
const maxTransfers = 20_000

/**
 * Reads the transfers of a contract up to the newest block.
 * @throws BillfoldError `token-indexer.unavailable` if the history is too long to be read at once
 */
export async function readTransfers(
  client: EvmHistoryClient,
  { contract, fromBlock, blockRange, topics }: TransferQuery,
): Promise<readonly TokenTransfer[]> {
  const newest = (await client.blockNumber?.()) ?? fromBlock
  if ((newest - fromBlock) / blockRange > maxRanges) throw tooLong()
  const transfers: TokenTransfer[] = []
  for (let from = fromBlock; from <= newest; from += blockRange) {
    const range = { fromBlock: BigInt(from), toBlock: BigInt(Math.min(from + blockRange - 1, newest)) }
    for (const wanted of topics)
      for (const log of await client.logsInRange({ contract, ...range, topics: wanted })) {
        for (const transfer of parseTransfers(log)) transfers.push(transfer)
        if (transfers.length > maxTransfers) throw tooLong()
      }
  }
  return transfers
}

function tooLong(): BillfoldError {
  return new BillfoldError('token-indexer.unavailable', {
    message: 'The history of the contract is too long for the built-in indexer; an indexing service is required',
  })
}
