import { z } from 'zod'
import type { ChainTip, NodeTransactionStatus, ReservingBroadcastResult } from '../chain-client.ts'
import { withFailover } from '../failover.ts'
import { createVerifiedNodes, type JsonRpcCall, JsonRpcError } from '../json-rpc.ts'
import { chainLimits } from '../limits.ts'
import type { Fetch } from '../request-node.ts'
import { createSolanaBlocks, type SolanaBlockClient } from './solana-blocks.ts'

/** A network of Solana, or its genesis hash in base58. */
export type SolanaNetwork = 'mainnet' | 'devnet' | 'testnet' | { readonly genesisHash: string }

/** Options of {@link solanaChainClient}. */
export interface SolanaClientOptions {
  /** One to eight http or https URLs; the first that responds is used. Credentials in a URL are sent as HTTP Basic authentication. */
  readonly url: string | readonly string[]
  /** The network, which the node must report. Default: `mainnet`. */
  readonly network?: SolanaNetwork
  /** The highest priority fee of a transaction, in millionths of a lamport per compute unit. Default: 1,000,000. */
  readonly maxComputeUnitPrice?: bigint
  /** Replaces the global `fetch`, for a proxy, an agent or a test. */
  readonly fetch?: Fetch
  /** The response timeout per URL in milliseconds. Default: 10,000. */
  readonly timeoutMs?: number
}

const genesisHashes = {
  mainnet: '5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d',
  devnet: 'EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG',
  testnet: '4uhcVJyU9pJkvQyS88uRDiswHXSCkY3zQawwpjk2NsNY',
} as const

const base58 = /^[1-9A-HJ-NP-Za-km-z]{32,88}$/
const count = z.int().nonnegative()
const amount = z
  .string()
  .regex(/^[0-9]{1,20}$/)
  .transform(BigInt)
const balanceShape = z.object({ value: count })
const blockhashShape = z.object({
  value: z.object({ blockhash: z.string().regex(base58), lastValidBlockHeight: count }),
})
const epochShape = z.object({ absoluteSlot: count, blockHeight: count })
const statusShape = z.object({
  context: z.object({ slot: count }),
  value: z
    .array(
      z
        .object({
          slot: count,
          confirmations: count.nullable(),
          err: z.unknown().optional(),
          confirmationStatus: z.enum(['processed', 'confirmed', 'finalized']).nullish(),
        })
        .nullable(),
    )
    .length(1),
})
const accountShape = z.object({ value: z.object({ owner: z.string().regex(base58), data: z.unknown() }).nullable() })
const mintShape = z.object({
  parsed: z.object({
    type: z.literal('mint'),
    info: z.object({ decimals: z.int().min(0).max(255), supply: amount.optional() }),
  }),
})
const tokenAccountShape = z.object({
  parsed: z.object({
    type: z.literal('account'),
    info: z.object({ state: z.string(), tokenAmount: z.object({ amount }) }),
  }),
})
const feesShape = z.array(z.object({ prioritizationFee: count })).max(512)

/** The error code of a node that is behind (NODE_UNHEALTHY). */
const nodeUnhealthy = -32_005

/** Bytes of a token account without extensions. */
const tokenAccountBytes = 165

/** A finalized block counts as many confirmations as a block needs to be finalized. */
const finalizedConfirmations = 32

/**
 * Creates a client of nodes of Solana over JSON-RPC. Response size and time are bounded, redirects are not followed, and errors contain
 * only the host of the URL.
 * @throws RangeError if there is no URL, there are more than eight, one is not http or https, or a genesis hash is malformed
 *
 * @example
 * ```ts
 * import { createBillfold, environmentKeyring, memoryStorage, solanaChainClient } from '@billfold/core'
 *
 * const billfold = createBillfold({
 *   storage: memoryStorage(),
 *   keyring: environmentKeyring(),
 *   custody: { chainClients: { SOLANA: solanaChainClient({ url: 'https://node.example' }) } },
 * })
 * ```
 */
export function solanaChainClient(options: SolanaClientOptions): SolanaBlockClient {
  const urls = typeof options.url === 'string' ? [options.url] : [...options.url]
  const isHttp = (url: string): boolean => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)
  if (urls.length === 0 || urls.length > chainLimits.maxNodes || !urls.every(isHttp))
    throw new RangeError(`solanaChainClient: url must be 1 to ${chainLimits.maxNodes} http or https URLs`)
  const { network = 'mainnet', timeoutMs = chainLimits.responseTimeoutMs, fetch = globalThis.fetch } = options
  const genesisHash = typeof network === 'string' ? genesisHashes[network] : network.genesisHash
  if (!base58.test(genesisHash)) throw new RangeError('solanaChainClient: network.genesisHash is not base58')
  const nodes = createVerifiedNodes({ urls, timeoutMs, fetch }, (node) => verifyGenesis(node, genesisHash))
  const rpc = withFailover(nodes, (error) => error instanceof JsonRpcError)
  /** The newest finalized slot that a node has reported, before which no node can tell what has expired. */
  let finalSlot = 0
  const confirmed = { commitment: 'confirmed' } as const
  const height = async (commitment: 'confirmed' | 'finalized'): Promise<number> =>
    count.parse(await rpc('getBlockHeight', [{ commitment }]))
  return {
    family: 'solana',
    // The first 32 characters of the genesis hash (CAIP-30).
    network: `solana:${genesisHash.slice(0, 32)}`,
    timeoutMs: timeoutMs * urls.length,
    finalityConfirmations: finalizedConfirmations,
    maxComputeUnitPrice: options.maxComputeUnitPrice ?? 1_000_000n,
    balance: async (address) => BigInt(balanceShape.parse(await rpc('getBalance', [address, confirmed])).value),
    blockNumber: () => height('confirmed'),
    tip: () => fetchTip(rpc, () => height('confirmed')),
    expiredUntil: async () => {
      const { absoluteSlot, blockHeight } = epochShape.parse(await rpc('getEpochInfo', [{ commitment: 'finalized' }]))
      finalSlot = Math.max(finalSlot, absoluteSlot)
      return blockHeight
    },
    latestBlockhash: async () => blockhashShape.parse(await rpc('getLatestBlockhash', [confirmed])).value,
    computeUnitPrice: (addresses) => fetchComputeUnitPrice(rpc, addresses),
    accountOwner: async (address) => (await fetchAccount(rpc, address))?.owner,
    token: async (mint) => {
      const account = await fetchAccount(rpc, mint)
      const data = mintShape.safeParse(account?.data)
      if (account === undefined || !data.success) return undefined
      const accountRent = BigInt(count.parse(await rpc('getMinimumBalanceForRentExemption', [tokenAccountBytes])))
      return { program: account.owner, accountRent, ...data.data.parsed.info }
    },
    tokenAccount: async (address) => {
      const data = tokenAccountShape.safeParse((await fetchAccount(rpc, address))?.data)
      if (!data.success) return undefined
      const { state, tokenAmount } = data.data.parsed.info
      return { amount: tokenAmount.amount, isFrozen: state === 'frozen' }
    },
    broadcast: (raw) => broadcast(rpc, raw),
    status: (hash) => fetchStatus(rpc, hash, finalSlot),
    ...createSolanaBlocks(rpc, nodes),
  }
}

async function broadcast(rpc: JsonRpcCall, raw: Uint8Array): Promise<ReservingBroadcastResult> {
  const text = Buffer.from(raw).toString('base64')
  try {
    await rpc('sendTransaction', [text, { encoding: 'base64', preflightCommitment: 'confirmed' }])
    return { outcome: 'accepted' }
  } catch (error) {
    const result = classifyRefusal(error)
    if (result === undefined) throw error
    return result
  }
}

/** The third quartile of what recent transactions with these accounts have paid. */
async function fetchComputeUnitPrice(rpc: JsonRpcCall, addresses: readonly string[]): Promise<bigint> {
  const fees = feesShape.parse(await rpc('getRecentPrioritizationFees', [[...addresses]]))
  const sorted = fees.map(({ prioritizationFee }) => prioritizationFee).toSorted((one, other) => one - other)
  return BigInt(sorted[Math.floor((sorted.length * 3) / 4)] ?? 0)
}

async function verifyGenesis(rpc: JsonRpcCall, genesisHash: string): Promise<void> {
  if ((await rpc('getGenesisHash', [])) !== genesisHash) throw new Error('node is on another network')
}

/** The node is unhealthy if it is far behind other validators that it knows. */
async function fetchTip(rpc: JsonRpcCall, height: () => Promise<number>): Promise<ChainTip> {
  const slot = count.parse(await rpc('getSlot', [{ commitment: 'confirmed' }]))
  const time = count.nullable().parse((await rpc('getBlockTime', [slot])) ?? null)
  const number = await height()
  return { number, timestamp: time === null ? undefined : time * 1000, isSyncing: await isBehind(rpc) }
}

async function isBehind(rpc: JsonRpcCall): Promise<boolean> {
  try {
    return (await rpc('getHealth', [])) !== 'ok'
  } catch (error) {
    if (error instanceof JsonRpcError && error.code === nodeUnhealthy) return true
    throw error
  }
}

async function fetchAccount(
  rpc: JsonRpcCall,
  address: string,
): Promise<{ readonly owner: string; readonly data: unknown } | undefined> {
  const query = { encoding: 'jsonParsed', commitment: 'confirmed' }
  return accountShape.parse(await rpc('getAccountInfo', [address, query])).value ?? undefined
}

/** A block that is only processed can be dropped, so its transactions count as pending. */
async function fetchStatus(rpc: JsonRpcCall, hash: string, finalSlot: number): Promise<NodeTransactionStatus> {
  const query = [[hash], { searchTransactionHistory: true }]
  const { context, value } = statusShape.parse(await rpc('getSignatureStatuses', query))
  const [found] = value
  if (found === null || found === undefined) {
    // A node that is behind does not know what others have in final blocks.
    if (context.slot < finalSlot) throw new Error('node is behind another one')
    return { state: 'unknown', confirmations: 0 }
  }
  const { slot, confirmations, err, confirmationStatus } = found
  if (confirmationStatus === 'processed') return { state: 'pending', confirmations: 0 }
  return {
    state: err === undefined || err === null ? 'mined' : 'failed',
    confirmations:
      confirmations === null ? finalizedConfirmations : Math.min(confirmations + 1, finalizedConfirmations - 1),
    blockNumber: slot,
  }
}

/** The errors of `sendTransaction`, which simulates a transaction before it forwards it. Undefined if the error may be temporary. */
function classifyRefusal(error: unknown): ReservingBroadcastResult | undefined {
  if (!(error instanceof JsonRpcError)) return undefined
  const { code, message } = error
  if (/already (been )?processed/i.test(message)) return { outcome: 'accepted' }
  // The node may lag behind; whether the transaction has expired is asked separately.
  if (/blockhash not found/i.test(message)) return { outcome: 'expired' }
  if (/insufficient (funds|lamports)|no record of a prior credit|custom program error: 0x1$/i.test(message))
    return { outcome: 'rejected', reason: 'insufficient-funds' }
  return code === -32_002 || code === -32_602 || code === -32_003
    ? { outcome: 'rejected', reason: 'not-valid' }
    : undefined
}
