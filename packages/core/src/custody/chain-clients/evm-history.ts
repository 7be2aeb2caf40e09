import { z } from 'zod'
import type { EvmClient } from './chain-client.ts'
import type { JsonRpcCall } from './json-rpc.ts'
import { countSchema, hexDataSchema, quantitySchema } from './hex-schemas.ts'

/** An event log of a contract (`eth_getLogs` of the Ethereum Execution APIs). */
export interface EvmLog {
  /** 32-byte hex strings with `0x`: the hash of the event signature, then the indexed arguments. */
  readonly topics: readonly string[]
  /** The ABI-encoded arguments that are not indexed. */
  readonly data: Uint8Array
  /** The transaction that emitted it, lower-case hex with `0x`, if the client says which. */
  readonly transactionHash?: string | undefined
}

/** A query for the logs of a contract in one block with a given second topic. */
export interface EvmLogQuery {
  /** The contract address, hex with `0x`. */
  readonly contract: string
  /** The block number. */
  readonly block: bigint
  /** 32 bytes in lower-case hex with `0x`. */
  readonly secondTopic: string
}

/** A query for the logs of a contract in a range of blocks, by topics; null matches any. */
export interface EvmLogRangeQuery {
  /** The contract address, hex with `0x`. */
  readonly contract: string
  readonly fromBlock: bigint
  /** The last block, inclusive. */
  readonly toBlock: bigint
  /** 32 bytes each, in lower-case hex with `0x`. */
  readonly topics: readonly (string | null)[]
}

/** Queries of past blocks. */
export interface EvmHistory {
  /** Fetches matching logs of one block, in log order. */
  readonly logs: (query: EvmLogQuery) => Promise<readonly EvmLog[]>
  /** Fetches matching logs of a range of blocks, in the order of the chain. Nodes limit the size of the range. */
  readonly logsInRange: (query: EvmLogRangeQuery) => Promise<readonly EvmLog[]>
  /** Fetches the timestamp of a block, in seconds since 1970; undefined if there is no such block yet. */
  readonly blockTime: (block: bigint) => Promise<number | undefined>
}

/** A client of an EVM node that also supports queries of past blocks. */
export type EvmHistoryClient = EvmClient & EvmHistory

const logShape = z.object({
  topics: z.array(z.string().regex(/^0x[0-9a-fA-F]{64}$/)).max(4),
  data: hexDataSchema,
  blockNumber: quantitySchema,
  logIndex: countSchema,
  transactionHash: z
    .string()
    .regex(/^0x[0-9a-fA-F]{64}$/)
    .transform((hash) => hash.toLowerCase())
    .optional(),
})
const blockShape = z.object({ timestamp: countSchema })

/** Creates the queries of past blocks over JSON-RPC. */
export function createEvmHistory(rpc: JsonRpcCall): EvmHistory {
  return {
    logs: async ({ contract, block, secondTopic }) => {
      const at = `0x${block.toString(16)}`
      const filter = { address: contract, fromBlock: at, toBlock: at, topics: [null, secondTopic] }
      const logs = z.array(logShape).parse(await rpc('eth_getLogs', [filter]))
      return logs
        .filter(({ blockNumber, topics }) => blockNumber === block && topics[1]?.toLowerCase() === secondTopic)
        .sort((one, other) => one.logIndex - other.logIndex)
    },
    logsInRange: async ({ contract, fromBlock, toBlock, topics }) => {
      const [from, to] = [fromBlock, toBlock].map((block) => `0x${block.toString(16)}`)
      const filter = { address: contract, fromBlock: from, toBlock: to, topics }
      const logs = z.array(logShape).parse(await rpc('eth_getLogs', [filter]))
      return logs.filter((log) =>
        topics.every((topic, index) => topic === null || log.topics[index]?.toLowerCase() === topic),
      )
    },
    blockTime: async (block) =>
      blockShape.nullable().parse(await rpc('eth_getBlockByNumber', [`0x${block.toString(16)}`, false]))?.timestamp,
  }
}
