import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { BillfoldError } from '../../kernel/errors.ts'
import type { NodeTransactionStatus, EvmCall, EvmFees } from './chain-client.ts'
import { createEvmBlocks, type EvmBlocks } from './evm-blocks.ts'
import { createEvmHistory, type EvmHistoryClient } from './evm-history.ts'
import { isReverted, isInsufficientFunds, classifyBroadcastError } from './evm-errors.ts'
import { type JsonRpcCall, JsonRpcError } from './json-rpc.ts'
import { formatRevertReason } from './revert-reason.ts'
import { countSchema, hexDataSchema, quantitySchema } from './hex-schemas.ts'

/** The connection of a client to EVM nodes. */
export interface EvmConnection {
  /**
   * Calls a method of the Ethereum Execution APIs on nodes that {@link verifyChainId} has found on the chain. Throws JsonRpcError for an
   * error response only.
   */
  readonly rpc: JsonRpcCall
  /** The EIP-155 chain id. */
  readonly chainId: bigint
  /** The timeout of one call in milliseconds. */
  readonly timeoutMs: number
}

const receiptShape = z
  .object({ status: quantitySchema.optional(), blockNumber: countSchema, blockHash: z.string().max(66) })
  .nullable()
const hashShape = z.string().regex(/^0x[0-9a-fA-F]{64}$/)
const tipShape = z.object({ number: countSchema, timestamp: countSchema })
const blockShape = z.object({ baseFeePerGas: quantitySchema.nullish() })

/** Creates a client of EVM nodes over a connection. */
export function createEvmClient(connection: EvmConnection): EvmHistoryClient & EvmBlocks {
  const { rpc, chainId, timeoutMs } = connection
  const count = async (address: string, block: string): Promise<number> =>
    countSchema.parse(await rpc('eth_getTransactionCount', [address, block]))
  return {
    family: 'evm',
    network: `eip155:${chainId}`,
    timeoutMs,
    balance: async (address) => quantitySchema.parse(await rpc('eth_getBalance', [address, 'latest'])),
    blockNumber: async () => Number(quantitySchema.parse(await rpc('eth_blockNumber', []))),
    tip: async () => {
      const { number, timestamp } = tipShape.parse(await rpc('eth_getBlockByNumber', ['latest', false]))
      // False, or how far it is.
      const isSyncing = (await rpc('eth_syncing', [])) !== false
      return { number, timestamp: timestamp * 1000, isSyncing }
    },
    nonces: async (address) => {
      // Query the pending count first, so that transactions mined between the two calls do not seem to be lost.
      const next = await count(address, 'pending')
      const mined = await count(address, 'latest')
      return { mined, next: Math.max(mined, next) }
    },
    fees: () => fetchFees(rpc),
    estimateGas: async (call) =>
      quantitySchema.parse(await mapCallErrors(rpc('eth_estimateGas', [callParams(call), ...delegated(call)]))),
    call: async (call) => hexDataSchema.parse(await mapCallErrors(rpc('eth_call', [callParams(call), 'latest']))),
    execute: (code, gas) => executeCode(rpc, code, gas),
    broadcast: async (raw) => {
      try {
        hashShape.parse(await rpc('eth_sendRawTransaction', [`0x${Buffer.from(raw).toString('hex')}`]))
        return { outcome: 'accepted' }
      } catch (error) {
        const result = classifyBroadcastError(error)
        if (result === undefined) throw error
        return result
      }
    },
    status: (hash) => fetchStatus(rpc, hash),
    ...createEvmHistory(rpc),
    ...createEvmBlocks(rpc),
  }
}

/** Checks that a node is on the chain (EIP-155). @throws Error if it is on another one, or does not say on which */
export async function verifyChainId(rpc: JsonRpcCall, chainId: bigint): Promise<void> {
  const found = quantitySchema.parse(await rpc('eth_chainId', []))
  if (found !== chainId) throw new Error(`node is on another chain: ${found}, expected ${chainId}`)
}

/** EIP-1559 if blocks have a base fee: twice the base fee, which suffices for six full blocks, plus the node's priority fee. */
async function fetchFees(rpc: JsonRpcCall): Promise<EvmFees> {
  const { baseFeePerGas } = blockShape.parse(await rpc('eth_getBlockByNumber', ['latest', false]))
  if (baseFeePerGas === undefined || baseFeePerGas === null)
    return { gasPrice: quantitySchema.parse(await rpc('eth_gasPrice', [])) }
  const maxPriorityFeePerGas = await fetchPriorityFee(rpc, baseFeePerGas)
  return { maxFeePerGas: baseFeePerGas * 2n + maxPriorityFeePerGas, maxPriorityFeePerGas }
}

async function fetchPriorityFee(rpc: JsonRpcCall, baseFee: bigint): Promise<bigint> {
  try {
    return quantitySchema.parse(await rpc('eth_maxPriorityFeePerGas', []))
  } catch (error) {
    if (!(error instanceof JsonRpcError)) throw error
    const price = quantitySchema.parse(await rpc('eth_gasPrice', []))
    return price > baseFee ? price - baseFee : 0n
  }
}

async function fetchStatus(rpc: JsonRpcCall, hash: string): Promise<NodeTransactionStatus> {
  const receipt = receiptShape.parse(await rpc('eth_getTransactionReceipt', [hash]))
  if (receipt === null) {
    const known = (await rpc('eth_getTransactionByHash', [hash])) ?? undefined
    return { state: known === undefined ? 'unknown' : 'pending', confirmations: 0 }
  }
  const newest = countSchema.parse(await rpc('eth_blockNumber', []))
  return {
    state: receipt.status === 0n ? 'failed' : 'mined',
    confirmations: Math.max(1, newest - receipt.blockNumber + 1),
    blockNumber: receipt.blockNumber,
    blockHash: receipt.blockHash,
  }
}

/** Contracts may skip checks for calls from the zero address, which only simulations come from, so the sender is random. */
async function executeCode(rpc: JsonRpcCall, code: Uint8Array, gas: bigint): Promise<Uint8Array | undefined> {
  const from = `0x${randomBytes(20).toString('hex')}`
  const call = { from, gas: `0x${gas.toString(16)}`, data: `0x${Buffer.from(code).toString('hex')}` }
  try {
    return hexDataSchema.parse(await rpc('eth_call', [call, 'latest']))
  } catch (error) {
    if (isReverted(error)) return undefined
    throw error
  }
}

function callParams({ from, to, value, data }: EvmCall): Readonly<Record<string, string>> {
  const hex = `0x${Buffer.from(data).toString('hex')}`
  return { from, to, value: `0x${value.toString(16)}`, ...(data.length > 0 && { data: hex }) }
}

/** The block and the state override that gives the sender its new code (geth, Reth, Nethermind, Besu, Erigon). */
function delegated({ from, delegate }: EvmCall): readonly unknown[] {
  if (delegate === undefined) return []
  const code = /^0x0{40}$/.test(delegate) ? '0x' : `0xef0100${delegate.slice(2).toLowerCase()}`
  return ['latest', { [from]: { code } }]
}

async function mapCallErrors(response: Promise<unknown>): Promise<unknown> {
  try {
    return await response
  } catch (error) {
    if (isInsufficientFunds(error)) throw new BillfoldError('transaction.insufficient-funds', { cause: error })
    if (isReverted(error)) throw toRevertedError(error)
    throw error
  }
}

/** The reason is the contract's own, which the caller needs in order to correct the call. */
function toRevertedError(cause: unknown): BillfoldError {
  const data = cause instanceof JsonRpcError ? cause.data : undefined
  const reason = data === undefined ? undefined : formatRevertReason(data)
  if (reason === undefined) return new BillfoldError('transaction.reverted', { cause })
  return new BillfoldError('transaction.reverted', { message: `The contract reverted the call: ${reason}`, cause })
}
