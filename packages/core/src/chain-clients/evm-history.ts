import { z } from 'zod'
import type { EvmClient } from './chain-client.ts'
import type { JsonRpc } from './json-rpc.ts'
import { hexBytes, quantity } from './hex-shapes.ts'

/** One event that a contract has told (the Ethereum execution APIs, `eth_getLogs`). */
export interface EvmLog {
  /** 0x and 64 hex digits each: the hash of the event's signature, then what is indexed. */
  readonly topics: readonly string[]
  readonly data: Uint8Array
}

/** Which events are asked for: those of one contract in one block, with this second topic. */
export interface EvmLogQuery {
  readonly contract: string
  readonly block: bigint
  /** 32 bytes in hex, with 0x. */
  readonly secondTopic: string
}

/** What a node tells of the past. */
export interface EvmHistory {
  /** The events of one block, in their order. */
  readonly logs: (query: EvmLogQuery) => Promise<readonly EvmLog[]>
  /** When a block was made, in seconds since 1970. */
  readonly blockTime: (block: bigint) => Promise<number>
}

/** A node of an EVM chain that tells of the past, too. */
export type EvmHistoryClient = EvmClient & EvmHistory

const logShape = z.object({
  topics: z.array(z.string().regex(/^0x[0-9a-fA-F]{64}$/)).max(4),
  data: hexBytes,
  blockNumber: quantity,
  logIndex: quantity,
})
const blockShape = z.object({ timestamp: quantity })

/** The past, over JSON-RPC. */
export function evmHistory(rpc: JsonRpc): EvmHistory {
  return {
    logs: async ({ contract, block, secondTopic }) => {
      const at = `0x${block.toString(16)}`
      const filter = { address: contract, fromBlock: at, toBlock: at, topics: [null, secondTopic] }
      const logs = z.array(logShape).parse(await rpc('eth_getLogs', [filter]))
      return logs
        .filter(({ blockNumber, topics }) => blockNumber === block && topics[1]?.toLowerCase() === secondTopic)
        .sort((one, other) => Number(one.logIndex - other.logIndex))
    },
    blockTime: async (block) =>
      Number(blockShape.parse(await rpc('eth_getBlockByNumber', [`0x${block.toString(16)}`, false])).timestamp),
  }
}
