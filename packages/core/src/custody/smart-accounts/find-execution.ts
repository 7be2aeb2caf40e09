import { keccak_256 } from '@noble/hashes/sha3.js'
import { callNode, type EvmClient, type EvmHistory } from '../chain-clients/index.ts'
import type { CustodyServices } from '../services.ts'
import type { TransactionRow } from '../transactions/transaction-row.ts'
import type { UserOperationReceipt } from './bundler.ts'
import { parseValidUntil, safeContracts } from './safe-account.ts'
import { parseUserOperation } from './user-operation.ts'

/** A client that can be asked for the logs of past blocks. */
type SearchableClient = EvmClient & EvmHistory & Required<Pick<EvmClient, 'blockNumber'>>

/** The search for an executed operation. */
const searchLimits = {
  /** Operations that are younger than this are left to the bundler, in ms. */
  minAgeMs: 10 * 60 * 1000,
  /** The number of blocks in one query: public nodes allow 2,000 and more. */
  blocksPerQuery: 2_000n,
  /** The number of queries: 200,000 blocks are a month of Ethereum, and 14 hours of a chain with four blocks a second. */
  maxQueries: 100,
  /** How much clocks may differ, in seconds. */
  clockMargin: 15 * 60,
} as const

/** The first topic of the event by which the entry point reports an execution (ERC-4337, "EntryPoint"). */
const executedTopic = `0x${Buffer.from(
  keccak_256(Buffer.from('UserOperationEvent(bytes32,address,address,uint256,bool,uint256,uint256)')),
).toString('hex')}`

/**
 * Finds the transaction that has executed an operation in the logs of the entry point. Bundlers forget their receipts, some after a few
 * hours; the chain does not.
 * @returns undefined if the client cannot search past blocks, or the search ends at its limit
 * @throws BillfoldError `transaction.chain-unavailable`
 */
export async function findExecution(
  services: CustodyServices,
  client: EvmClient,
  row: TransactionRow,
): Promise<UserOperationReceipt | undefined> {
  if (!isSearchable(client) || services.now() - row.createdAt < searchLimits.minAgeMs) return undefined
  const ask = <T>(call: () => Promise<T>): Promise<T> => callNode(client, services.logger, call)
  const findBlock = (seconds: number, newest: bigint): Promise<bigint> =>
    findFirstBlock((block) => ask(() => client.blockTime(block)), seconds, newest)
  const newest = BigInt(await ask(() => client.blockNumber()))
  const first = await findBlock(Math.floor(row.createdAt / 1000) - searchLimits.clockMargin, newest)
  const last = await findBlock(parseValidUntil(parseUserOperation(row.raw)) + searchLimits.clockMargin, newest)
  const contract = row.entryPoint ?? safeContracts.entryPoint
  for (let query = 0, from = first; query < searchLimits.maxQueries && from <= last; query++) {
    const to = min(from + searchLimits.blocksPerQuery - 1n, last)
    const range = { contract, fromBlock: from, toBlock: to, topics: [executedTopic, row.hash] }
    const [log] = await ask(() => client.logsInRange(range))
    // Of the data, the second word is `success`.
    if (log?.transactionHash !== undefined) return { transactionHash: log.transactionHash, success: log.data[63] === 1 }
    from = to + 1n
  }
  return undefined
}

function isSearchable(client: EvmClient): client is SearchableClient {
  return 'logsInRange' in client && 'blockTime' in client && client.blockNumber !== undefined
}

/** Finds the first block that is not before a time, in seconds since 1970; the newest one if all are before it. */
async function findFirstBlock(
  timeOf: (block: bigint) => Promise<number | undefined>,
  seconds: number,
  newest: bigint,
): Promise<bigint> {
  let [low, high] = [0n, newest]
  while (low < high) {
    const middle = (low + high) / 2n
    // A node that does not have the block yet, or any more, is behind the other.
    const time = await timeOf(middle)
    if (time !== undefined && time < seconds) low = middle + 1n
    else high = middle
  }
  return low
}

function min(one: bigint, other: bigint): bigint {
  return one < other ? one : other
}
