import { z } from 'zod'
import type { ChainTip, NodeTransactionStatus, ReservingBroadcastResult } from '../chain-client.ts'
import { createVerifiedJsonRpc, type JsonRpcCall, JsonRpcError } from '../json-rpc.ts'
import { classifyUtxoRefusal } from './classify-refusal.ts'
import { fetchCoreBlock } from './core-block.ts'
import { listCoins } from './core-coins.ts'
import type { UtxoBlockClient } from './utxo-blocks.ts'
import { coinAmount } from './core-amount.ts'
import { toUtxoCaip2 } from './networks.ts'
import { resolveUtxoOptions, type UtxoClientOptions, type UtxoClientSettings } from './options.ts'
import { parseSpentOutputs } from './spent-outputs.ts'

/** Options of {@link bitcoinCoreChainClient}. */
export interface BitcoinCoreClientOptions extends UtxoClientOptions {
  /**
   * The name of a watch-only wallet of the node (`createwallet`, without private keys), into which addresses are imported when they are first used.
   * Without it the node scans its whole UTXO set for each query (`scantxoutset`), which takes a minute on the main chain, and needs `txindex=1`.
   */
  readonly wallet?: string
}

const transactionShape = z.object({
  confirmations: z.int().optional(),
  blockhash: z.string().max(64).optional(),
  blockheight: z.int().optional(),
})
const blockShape = z.object({ height: z.int() })
const chainShape = z.object({ bestblockhash: z.string().max(64), initialblockdownload: z.boolean() })
const headerShape = z.object({ height: z.int().nonnegative(), time: z.int().nonnegative() })
const height = z.int().nonnegative()
const estimateShape = z.object({ feerate: coinAmount.optional() })
const mempoolShape = z.object({ mempoolminfee: coinAmount, minrelaytxfee: coinAmount })

/** Error codes of Bitcoin Core (rpc/protocol.h). */
const codes = { notFound: -5, alreadyInChain: -27 } as const

/** Error codes of refused transactions: RPC_VERIFY_ERROR, RPC_VERIFY_REJECTED, RPC_DESERIALIZATION_ERROR. */
const refusalCodes = new Set([-25, -26, -22])

/**
 * Creates a client of a Bitcoin Core or Litecoin Core node over JSON-RPC. Response size and time are bounded, redirects are not followed, and errors
 * contain only the host of the URL.
 * @throws RangeError if an option is out of range
 *
 * @example
 * ```ts
 * import { bitcoinCoreChainClient, createBillfold, environmentKeyring, memoryStorage } from '@billfold/core'
 *
 * const client = bitcoinCoreChainClient({ url: 'http://user:password@node.example:8332', network: 'bitcoin', wallet: 'billfold' })
 * const billfold = createBillfold({
 *   storage: memoryStorage(),
 *   keyring: environmentKeyring(),
 *   custody: { chainClients: { BITCOIN: client } },
 * })
 * ```
 */
export function bitcoinCoreChainClient(options: BitcoinCoreClientOptions): UtxoBlockClient {
  const settings = resolveUtxoOptions('bitcoinCoreChainClient', options)
  const { network, finalityConfirmations, maxFeeRate, urls, timeoutMs, fetch } = settings
  const connect = (nodes: readonly string[]): JsonRpcCall =>
    createVerifiedJsonRpc({ urls: nodes, timeoutMs, fetch }, (node) => verifyGenesis(node, network.genesisHash))
  const rpc = connect(urls)
  const { wallet } = options
  const walletUrls = urls.map((url) => `${url}/wallet/${encodeURIComponent(wallet ?? '')}`)
  const walletRpc = wallet === undefined ? undefined : connect(walletUrls)
  const list = listCoins(rpc, walletRpc, timeoutMs)
  const status = (txid: string): Promise<NodeTransactionStatus> => fetchStatus(rpc, walletRpc, txid)
  return {
    family: 'utxo',
    network: toUtxoCaip2(network),
    timeoutMs: timeoutMs * urls.length,
    finalityConfirmations,
    maxFeeRate,
    dustRelayFeeRate: network.dustRelayFeeRate,
    incrementalFeeRate: network.incrementalFeeRate,
    allowsReplacement: network.allowsReplacement,
    balance: async (address) => (await list(address)).reduce((sum, coin) => sum + coin.amount, 0n),
    blockNumber: async () => height.parse(await rpc('getblockcount', [])),
    tip: () => fetchTip(rpc),
    block: (number) => fetchCoreBlock(rpc, number),
    unspent: list,
    feeRate: () => fetchFeeRate(rpc, settings),
    broadcast: (raw) => broadcast(rpc, raw),
    status,
    isReplaced: async (raw) => {
      for (const output of parseSpentOutputs(raw)) if (await isSpentInBlock(rpc, status, output)) return true
      return false
    },
  }
}

async function verifyGenesis(rpc: JsonRpcCall, genesisHash: string): Promise<void> {
  if ((await rpc('getblockhash', [0])) !== genesisHash) throw new Error('node is on another chain')
}

/** The node's estimate, and at least what its mempool accepts now. A node with little data has no estimate. */
async function fetchFeeRate(rpc: JsonRpcCall, { confirmationTarget }: UtxoClientSettings): Promise<bigint> {
  const { feerate = 0n } = estimateShape.parse(await rpc('estimatesmartfee', [confirmationTarget]))
  const { mempoolminfee, minrelaytxfee } = mempoolShape.parse(await rpc('getmempoolinfo', []))
  return [feerate, mempoolminfee, minrelaytxfee].reduce((one, other) => (one > other ? one : other))
}

async function fetchTip(rpc: JsonRpcCall): Promise<ChainTip> {
  const { bestblockhash, initialblockdownload: isSyncing } = chainShape.parse(await rpc('getblockchaininfo', []))
  const header = headerShape.parse(await rpc('getblockheader', [bestblockhash]))
  return { number: header.height, timestamp: header.time * 1000, isSyncing }
}

/** The node's own limit on fees is turned off (0): the client has one. */
async function broadcast(rpc: JsonRpcCall, raw: Uint8Array): Promise<ReservingBroadcastResult> {
  try {
    await rpc('sendrawtransaction', [Buffer.from(raw).toString('hex'), 0])
    return { outcome: 'accepted' }
  } catch (error) {
    if (!(error instanceof JsonRpcError)) throw error
    if (error.code === codes.alreadyInChain) return { outcome: 'accepted' }
    if (!refusalCodes.has(error.code)) throw error
    const result = classifyUtxoRefusal(error.message)
    if (result === undefined) throw error
    return result
  }
}

async function fetchStatus(
  rpc: JsonRpcCall,
  walletRpc: JsonRpcCall | undefined,
  txid: string,
): Promise<NodeTransactionStatus> {
  if ((await unlessNotFound(rpc('getmempoolentry', [txid]))) !== undefined)
    return { state: 'pending', confirmations: 0 }
  const found =
    walletRpc === undefined
      ? await unlessNotFound(rpc('getrawtransaction', [txid, true]))
      : await unlessNotFound(walletRpc('gettransaction', [txid, true]))
  if (found === undefined) return { state: 'unknown', confirmations: 0 }
  const { confirmations = 0, blockhash, blockheight } = transactionShape.parse(found)
  // A wallet remembers transactions that no mempool has, and counts conflicts below zero.
  if (confirmations < 1 || blockhash === undefined) return { state: 'unknown', confirmations: 0 }
  const blockNumber = blockheight ?? blockShape.parse(await rpc('getblockheader', [blockhash])).height
  return { state: 'mined', confirmations, blockNumber, blockHash: blockhash }
}

async function unlessNotFound(response: Promise<unknown>): Promise<unknown> {
  try {
    return await response
  } catch (error) {
    if (error instanceof JsonRpcError && error.code === codes.notFound) return undefined
    throw error
  }
}

/** Returns true if the transaction of an output is in a block, and the output is spent by another one in a block. */
async function isSpentInBlock(
  rpc: JsonRpcCall,
  status: (txid: string) => Promise<NodeTransactionStatus>,
  output: string,
): Promise<boolean> {
  const [txid = '', vout] = output.split(':')
  const unspent = (await rpc('gettxout', [txid, Number(vout), false])) ?? undefined
  return unspent === undefined && (await status(txid)).state === 'mined'
}
