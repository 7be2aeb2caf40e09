import { keccak_256 } from '@noble/hashes/sha3.js'
import type { EvmHistoryClient, EvmLog } from '../chain-clients/index.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { decodeOutput } from '../transactions/formats/evm/decode-output.ts'

/** The tokens of a contract that an address has ever received. */
export interface ReceivedTokensQuery {
  readonly contract: string
  readonly type: 'ERC_721' | 'ERC_1155'
  readonly owner: string
  readonly fromBlock: number
  /** Blocks per query. */
  readonly blockRange: number
}

/** The maximum number of queries for one list. */
const maxRanges = 200

const transfer = topicOf('Transfer(address,address,uint256)')
const single = topicOf('TransferSingle(address,address,address,uint256,uint256)')
const batch = topicOf('TransferBatch(address,address,address,uint256[],uint256[])')

/**
 * Lists the ids of the tokens that an address has ever received, from the logs of the contract (ERC-721, ERC-1155, "Events"). It may
 * have sent them on.
 * @throws BillfoldError `token-indexer.unavailable` if the history is too long to be read at once
 */
export async function listReceivedTokens(client: EvmHistoryClient, query: ReceivedTokensQuery): Promise<string[]> {
  const newest = (await client.blockNumber?.()) ?? query.fromBlock
  if ((newest - query.fromBlock) / query.blockRange > maxRanges)
    throw new BillfoldError('token-indexer.unavailable', { message: tooLong })
  const to = `0x${query.owner.toLowerCase().slice(2).padStart(64, '0')}`
  const topics =
    query.type === 'ERC_721' ? [[transfer, null, to]] : [single, batch].map((name) => [name, null, null, to])
  const ids = new Set<string>()
  for (let from = query.fromBlock; from <= newest; from += query.blockRange)
    for (const wanted of topics) {
      const logs = await client.logsInRange({
        contract: query.contract,
        fromBlock: BigInt(from),
        toBlock: BigInt(Math.min(from + query.blockRange - 1, newest)),
        topics: wanted,
      })
      for (const id of logs.flatMap((log) => toTokenIds(log))) ids.add(id)
    }
  return [...ids]
}

const tooLong = 'The history of the contract is too long for the built-in indexer; an indexing service is required'

function toTokenIds({ topics, data }: EvmLog): readonly string[] {
  // A Transfer without an indexed id is one of an ERC-20 token.
  if (topics[0]?.toLowerCase() === transfer) return topics[3] === undefined ? [] : [BigInt(topics[3]).toString()]
  const isBatch = topics[0]?.toLowerCase() === batch
  const types = isBatch ? ['uint256[]', 'uint256[]'] : ['uint256', 'uint256']
  const [ids] = decodeOutput(
    types.map((type) => ({ type })),
    data,
  )
  return Array.isArray(ids) ? ids.map(String) : [String(ids)]
}

function topicOf(event: string): string {
  return `0x${Buffer.from(keccak_256(Buffer.from(event))).toString('hex')}`
}
