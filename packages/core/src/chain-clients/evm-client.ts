import { z } from 'zod'
import { BillfoldError } from '../errors.ts'
import type { Fetch } from './bounded-fetch.ts'
import type { ChainStatus, EvmCall, EvmFees } from './chain-client.ts'
import { evmHistory, type EvmHistoryClient } from './evm-history.ts'
import { isReverted, isShortOfFunds, refusalOf } from './evm-refusals.ts'
import { type JsonRpc, jsonRpc, NodeError } from './json-rpc.ts'
import { chainLimits } from './limits.ts'
import { hexBytes, quantity } from './hex-shapes.ts'

/** Where the nodes of an EVM chain are. */
export interface EvmClientOptions {
  /** An http or https URL, or several: the first that answers is asked. A user and a password in it are sent as Basic authentication. */
  readonly url: string | readonly string[]
  /** EIP-155 chain id. A node of another chain is never used. */
  readonly chainId: number | bigint
  /** In place of the global one: for a proxy, an agent, a test. */
  readonly fetch?: Fetch
  /** How long a node may take to answer, in milliseconds: 10,000. */
  readonly timeoutMs?: number
}

const receiptShape = z
  .object({ status: quantity.optional(), blockNumber: quantity, blockHash: z.string().max(66) })
  .nullable()
const hashShape = z.string().regex(/^0x[0-9a-fA-F]{64}$/)
const blockShape = z.object({ baseFeePerGas: quantity.nullish() })

/**
 * A node of an EVM chain over JSON-RPC (the Ethereum execution APIs): answers of bounded size in bounded time, no
 * redirects, nothing of the URL but its host in errors.
 * @throws RangeError when there is no URL, or one that is not http or https
 *
 * @example
 * ```ts
 * import { createBillfold, environmentKeyring, evmChainClient, memoryStorage } from '@billfold/core'
 *
 * const billfold = createBillfold({
 *   storage: memoryStorage(),
 *   keyring: environmentKeyring(),
 *   custody: { chainClients: { ETHEREUM: evmChainClient({ url: 'https://node.example', chainId: 1 }) } },
 * })
 * ```
 */
export function evmChainClient(options: EvmClientOptions): EvmHistoryClient {
  const urls = typeof options.url === 'string' ? [options.url] : [...options.url]
  if (urls.length === 0 || urls.length > chainLimits.nodes || !urls.every(isHttp))
    throw new RangeError(`evmChainClient takes 1 to ${chainLimits.nodes} http or https URLs`)
  const { timeoutMs = chainLimits.answerMilliseconds, fetch = globalThis.fetch } = options
  const rpc = onOneChain(jsonRpc({ urls, timeoutMs, fetch }), BigInt(options.chainId))
  const count = async (address: string, block: string): Promise<number> =>
    Number(quantity.parse(await rpc('eth_getTransactionCount', [address, block])))
  return {
    family: 'evm',
    network: `eip155:${BigInt(options.chainId)}`,
    timeoutMs: timeoutMs * urls.length,
    balance: async (address) => quantity.parse(await rpc('eth_getBalance', [address, 'latest'])),
    nonces: async (address) => {
      // The pending count first: what is mined between the two must not make it look as if the node had lost it.
      const next = await count(address, 'pending')
      const mined = await count(address, 'latest')
      return { mined, next: Math.max(mined, next) }
    },
    fees: () => fees(rpc),
    estimateGas: async (call) => quantity.parse(await refusable(rpc('eth_estimateGas', [callParams(call)]))),
    call: async (call) => hexBytes.parse(await refusable(rpc('eth_call', [callParams(call), 'latest']))),
    broadcast: async (raw) => {
      try {
        hashShape.parse(await rpc('eth_sendRawTransaction', [`0x${Buffer.from(raw).toString('hex')}`]))
        return { outcome: 'accepted' }
      } catch (error) {
        const answer = refusalOf(error)
        if (answer === undefined) throw error
        return answer
      }
    },
    status: (hash) => status(rpc, hash),
    ...evmHistory(rpc),
  }
}

function isHttp(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)
}

/** Asks a node which chain it is of before it is asked anything else, once. */
function onOneChain(rpc: JsonRpc, chainId: bigint): JsonRpc {
  let asked: Promise<void> | undefined
  const ask = async (): Promise<void> => {
    const found = quantity.parse(await rpc('eth_chainId', []))
    if (found !== chainId) throw new Error(`The node is of chain ${found}, not of ${chainId}`)
  }
  return async (method, params) => {
    asked ??= ask()
    try {
      await asked
    } catch (error) {
      asked = undefined
      throw error
    }
    return rpc(method, params)
  }
}

/** EIP-1559 where blocks have a base fee: twice that, which lasts through six full blocks, and the tip the node advises. */
async function fees(rpc: JsonRpc): Promise<EvmFees> {
  const { baseFeePerGas } = blockShape.parse(await rpc('eth_getBlockByNumber', ['latest', false]))
  if (baseFeePerGas === undefined || baseFeePerGas === null)
    return { gasPrice: quantity.parse(await rpc('eth_gasPrice', [])) }
  const maxPriorityFeePerGas = await tip(rpc, baseFeePerGas)
  return { maxFeePerGas: baseFeePerGas * 2n + maxPriorityFeePerGas, maxPriorityFeePerGas }
}

async function tip(rpc: JsonRpc, baseFee: bigint): Promise<bigint> {
  try {
    return quantity.parse(await rpc('eth_maxPriorityFeePerGas', []))
  } catch (error) {
    if (!(error instanceof NodeError)) throw error
    const price = quantity.parse(await rpc('eth_gasPrice', []))
    return price > baseFee ? price - baseFee : 0n
  }
}

async function status(rpc: JsonRpc, hash: string): Promise<ChainStatus> {
  const receipt = receiptShape.parse(await rpc('eth_getTransactionReceipt', [hash]))
  if (receipt === null) {
    const known = (await rpc('eth_getTransactionByHash', [hash])) ?? undefined
    return { state: known === undefined ? 'unknown' : 'pending', confirmations: 0 }
  }
  const newest = quantity.parse(await rpc('eth_blockNumber', []))
  return {
    state: receipt.status === 0n ? 'failed' : 'mined',
    confirmations: Math.max(1, Number(newest - receipt.blockNumber) + 1),
    blockNumber: Number(receipt.blockNumber),
    blockHash: receipt.blockHash,
  }
}

function callParams({ from, to, value, data }: EvmCall): Readonly<Record<string, string>> {
  const hex = `0x${Buffer.from(data).toString('hex')}`
  return { from, to, value: `0x${value.toString(16)}`, ...(data.length > 0 && { data: hex }) }
}

async function refusable(answer: Promise<unknown>): Promise<unknown> {
  try {
    return await answer
  } catch (error) {
    if (isShortOfFunds(error)) throw new BillfoldError('transaction.insufficient-funds', { cause: error })
    if (isReverted(error)) throw new BillfoldError('transaction.reverted', { cause: error })
    throw error
  }
}
