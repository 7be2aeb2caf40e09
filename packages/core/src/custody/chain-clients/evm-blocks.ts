import { z } from 'zod'
import type { EvmClient } from './chain-client.ts'
import type { EvmLog } from './evm-history.ts'
import { countSchema, hexDataSchema, quantitySchema } from './hex-schemas.ts'
import type { JsonRpcCall } from './json-rpc.ts'

/** A block with its transactions. */
export interface EvmBlock {
  /** 32 bytes, hex with `0x`. */
  readonly hash: string
  readonly parentHash: string
  /** In their order. Addresses are hex with `0x`; `to` is null if a contract is created. `value` is in wei. */
  readonly transactions: readonly {
    readonly hash: string
    readonly from: string
    readonly to: string | null
    readonly value: bigint
  }[]
}

/** An event log with its place in a block. */
export interface EvmBlockLog extends EvmLog {
  /** The contract that emitted it, hex with `0x`. */
  readonly contract: string
  readonly transactionHash: string
  readonly logIndex: number
}

/** A query for the logs of contracts in one block, which a reorganization cannot change. */
export interface EvmBlockLogQuery {
  readonly blockHash: string
  /** Hex with `0x`. */
  readonly contracts: readonly string[]
  /** First topics, in lower-case hex with `0x`, of which a log has one. */
  readonly firstTopics: readonly string[]
}

/** Queries of whole blocks. */
export interface EvmBlocks {
  /** Fetches a block; undefined if there is no such block yet. */
  readonly block: (number: number) => Promise<EvmBlock | undefined>
  /** Fetches matching logs of one block, in log order. Throws if the node does not have the block. */
  readonly logsOfBlock: (query: EvmBlockLogQuery) => Promise<readonly EvmBlockLog[]>
}

/** A client of an EVM node that also supports queries of whole blocks. */
export type EvmBlockClient = EvmClient & EvmBlocks

const hashSchema = z.string().regex(/^0x[0-9a-fA-F]{64}$/)
const addressSchema = z.string().regex(/^0x[0-9a-fA-F]{40}$/)
const blockShape = z.object({
  hash: hashSchema,
  parentHash: hashSchema,
  transactions: z.array(
    z.object({
      hash: hashSchema,
      from: addressSchema,
      to: addressSchema.nullish().transform((to) => to ?? null),
      value: quantitySchema,
    }),
  ),
})
const logShape = z
  .object({
    address: addressSchema,
    topics: z.array(hashSchema).max(4),
    data: hexDataSchema,
    blockHash: hashSchema,
    transactionHash: hashSchema,
    logIndex: countSchema,
  })
  .transform(({ address, ...log }) => ({ contract: address, ...log }))

/** Creates the queries of whole blocks over JSON-RPC. */
export function createEvmBlocks(rpc: JsonRpcCall): EvmBlocks {
  return {
    block: async (number) =>
      blockShape.nullable().parse(await rpc('eth_getBlockByNumber', [`0x${number.toString(16)}`, true])) ?? undefined,
    logsOfBlock: async ({ blockHash, contracts, firstTopics }) => {
      const filter = { blockHash, address: contracts, topics: [firstTopics] }
      const logs = z.array(logShape).parse(await rpc('eth_getLogs', [filter]))
      const named = new Set(contracts.map((contract) => contract.toLowerCase()))
      return logs
        .filter((log) => log.blockHash === blockHash && named.has(log.contract.toLowerCase()))
        .sort((one, other) => one.logIndex - other.logIndex)
    },
  }
}
