import { z } from 'zod'
import { BillfoldError } from '../../../kernel/errors.ts'
import type { NodeTransactionStatus, ReservingBroadcastResult, TronCall, TronResources } from '../chain-client.ts'
import { verifyFirst, withFailover } from '../failover.ts'
import { chainLimits } from '../limits.ts'
import { type Fetch, requestNode } from '../request-node.ts'
import { formatRevertReason } from '../revert-reason.ts'
import { toGenesisHash, toTronCaip2, type TronNetwork } from './networks.ts'
import { classifyTronRefusal } from './classify-refusal.ts'
import { fetchTokenTransfers, fetchTronBlock, type TronBlockClient } from './tron-blocks.ts'

/** Options of {@link tronChainClient}. */
export interface TronClientOptions {
  /** One to eight http or https URLs; the first that responds is used. Credentials in a URL are sent as HTTP Basic authentication. */
  readonly url: string | readonly string[]
  /** The network, which the node must report: `mainnet`, `shasta`, `nile`, or `{ genesisHash }`. Default: `mainnet`. */
  readonly network?: TronNetwork
  /** The most that a contract call may burn for energy, in TRX, 1 to 15,000. Default: 500. */
  readonly maxFeeLimit?: number
  /** How long after it was signed a transaction can be mined, in seconds, 60 to 86,340. Default: 3,600. */
  readonly lifetimeSeconds?: number
  /** A header with an API key, such as `{ 'TRON-PRO-API-KEY': '…' }`. */
  readonly headers?: Readonly<Record<string, string>>
  /** Replaces the global `fetch`, for a proxy, an agent or a test. */
  readonly fetch?: Fetch
  /** The response timeout per URL in milliseconds. Default: 10,000. */
  readonly timeoutMs?: number
}

const count = z.int().nonnegative()
const amount = count.transform(BigInt)
const hash = z.string().regex(/^[0-9a-f]{64}$/)
const blockShape = z.object({
  blockID: hash,
  block_header: z.object({ raw_data: z.object({ number: count.default(0), timestamp: count.default(0) }) }),
})
const accountShape = z.object({ address: z.string().optional(), balance: amount.default(0n) })
const resourceShape = z.object({
  freeNetUsed: amount.default(0n),
  freeNetLimit: amount.default(0n),
  NetUsed: amount.default(0n),
  NetLimit: amount.default(0n),
  EnergyUsed: amount.default(0n),
  EnergyLimit: amount.default(0n),
})
const parametersShape = z.object({
  chainParameter: z.array(z.object({ key: z.string(), value: z.number().optional() })),
})
const callShape = z.object({
  result: z.object({ result: z.boolean().optional(), code: z.string().optional(), message: z.string().optional() }),
  energy_used: amount.default(0n),
  constant_result: z.array(z.string().regex(/^([0-9a-fA-F]{2})*$/)).default([]),
  transaction: z.object({ ret: z.array(z.object({ ret: z.string().optional() })).default([]) }).optional(),
})
const broadcastShape = z.object({
  result: z.boolean().optional(),
  code: z.string().max(100).optional(),
  message: z.string().max(10_000).optional(),
})
const infoShape = z.object({
  id: z.string().optional(),
  blockNumber: count.optional(),
  result: z.string().optional(),
  receipt: z.object({ result: z.string().optional() }).optional(),
})
const foundShape = z.object({ txID: z.string().optional() })

type Post = (path: string, json?: unknown) => Promise<unknown>

/**
 * Creates a client of a TRON node (HTTP API of java-tron). Transactions are built and signed in this process: the node only gives a reference block
 * and estimates. Response size and time are bounded, redirects are not followed, and errors contain only the host of the URL.
 * @throws RangeError if an option is out of range
 *
 * @example
 * ```ts
 * import { createBillfold, environmentKeyring, memoryStorage, tronChainClient } from '@billfold/core'
 *
 * const billfold = createBillfold({
 *   storage: memoryStorage(),
 *   keyring: environmentKeyring(),
 *   custody: { chainClients: { TRON: tronChainClient({ url: 'https://node.example' }) } },
 * })
 * ```
 */
export function tronChainClient(options: TronClientOptions): TronBlockClient {
  const { maxFeeLimit = 500, lifetimeSeconds = 3600, timeoutMs = chainLimits.responseTimeoutMs } = options
  const urls = typeof options.url === 'string' ? [options.url] : [...options.url]
  assertOptions(urls, maxFeeLimit, lifetimeSeconds)
  const genesisHash = toGenesisHash(options.network ?? 'mainnet')
  const nodes = urls.map((url): Post => {
    const node = createPost(url, timeoutMs, options)
    return verifyFirst(node, () => verifyGenesis(node, genesisHash))
  })
  const post = withFailover(nodes)
  const newest = (path?: string): Promise<ReferenceBlock> => fetchNewest(post, path)
  /** The time of the newest solid block that a node has reported, before which no node can tell what has expired. */
  let solidUntil = 0
  return {
    family: 'tron',
    network: toTronCaip2(genesisHash),
    timeoutMs: timeoutMs * urls.length,
    // A block is final once 19 of the 27 witnesses have built on it.
    finalityConfirmations: 20,
    maxFeeLimit: BigInt(Math.floor(maxFeeLimit * 1_000_000)),
    lifetimeMs: lifetimeSeconds * 1000,
    balance: async (address) => (await fetchAccount(post, address)).balance,
    accountExists: async (address) => (await fetchAccount(post, address)).address !== undefined,
    blockNumber: async () => (await newest()).number,
    tip: async () => {
      const { number, timestamp } = await newest()
      return { number, timestamp, isSyncing: false }
    },
    referenceBlock: () => newest(),
    solidBlock: async () => (await newest('/walletsolidity')).number,
    block: (number) => fetchTronBlock(post, number),
    tokenTransfers: withFailover(
      nodes.map((node) => (number: number, size: number) => fetchTokenTransfers(node, number, size)),
    ),
    expiredUntil: async () => {
      const { timestamp } = await newest('/walletsolidity')
      solidUntil = Math.max(solidUntil, timestamp)
      return timestamp
    },
    resources: (address) => fetchResources(post, address),
    call: (call) => callContract(post, call),
    broadcast: (raw) => broadcast(post, raw),
    status: withFailover(nodes.map((node) => (txid: string) => fetchStatus(node, txid, solidUntil))),
  }
}

function assertOptions(urls: readonly string[], maxFeeLimit: number, lifetimeSeconds: number): void {
  const isHttp = (url: string): boolean => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)
  if (urls.length === 0 || urls.length > chainLimits.maxNodes || !urls.every(isHttp))
    throw new RangeError(`tronChainClient: url must be 1 to ${chainLimits.maxNodes} http or https URLs`)
  if (!(maxFeeLimit >= 1 && maxFeeLimit <= 15_000))
    throw new RangeError(`tronChainClient: maxFeeLimit must be 1 to 15,000 TRX, got ${maxFeeLimit}`)
  if (!(Number.isInteger(lifetimeSeconds) && lifetimeSeconds >= 60 && lifetimeSeconds <= 86_340))
    throw new RangeError(
      `tronChainClient: lifetimeSeconds must be an integer from 60 to 86,340, got ${lifetimeSeconds}`,
    )
}

interface ReferenceBlock {
  readonly number: number
  readonly hash: string
  readonly timestamp: number
}

function toBlock(json: unknown): ReferenceBlock {
  const { blockID, block_header: header } = blockShape.parse(json)
  return { hash: blockID, ...header.raw_data }
}

function createPost(url: string, timeoutMs: number, { fetch = globalThis.fetch, headers }: TronClientOptions): Post {
  return async (path, json = {}) => {
    const target = `${url.replace(/\/+$/, '')}${path}`
    const maxResponseBytes = chainLimits.maxBlockBytes
    const { status, json: found } = await requestNode({
      url: target,
      json,
      timeoutMs,
      fetch,
      headers,
      maxResponseBytes,
    })
    if (status !== 200 || found === undefined) throw new Error(`node responded with status ${status}`)
    return found
  }
}

async function verifyGenesis(post: Post, genesisHash: string): Promise<void> {
  const { hash: found } = toBlock(await post('/wallet/getblockbynum', { num: 0 }))
  if (found !== genesisHash) throw new Error('node is on another network')
}

async function fetchNewest(post: Post, path = '/wallet'): Promise<ReferenceBlock> {
  return toBlock(await post(`${path}/getnowblock`))
}

async function fetchAccount(post: Post, address: string): Promise<z.output<typeof accountShape>> {
  return accountShape.parse(await post('/wallet/getaccount', { address, visible: true }))
}

async function fetchResources(post: Post, address: string): Promise<TronResources> {
  const found = resourceShape.parse(await post('/wallet/getaccountresource', { address, visible: true }))
  const { chainParameter } = parametersShape.parse(await post('/wallet/getchainparameters'))
  const price = (key: string): bigint =>
    amount.parse(chainParameter.find((parameter) => parameter.key === key)?.value ?? 0)
  return {
    energy: left(found.EnergyLimit, found.EnergyUsed),
    freeBandwidth: left(found.freeNetLimit, found.freeNetUsed),
    stakedBandwidth: left(found.NetLimit, found.NetUsed),
    energyPrice: price('getEnergyFee'),
    bandwidthPrice: price('getTransactionFee'),
    accountCreationFee: price('getCreateNewAccountFeeInSystemContract') + price('getCreateAccountFee'),
  }
}

function left(limit: bigint, used: bigint): bigint {
  return limit > used ? limit - used : 0n
}

async function callContract(
  post: Post,
  { from, to, value, data }: TronCall,
): Promise<{ readonly result: Uint8Array; readonly energy: bigint }> {
  const found = callShape.parse(
    await post('/wallet/triggerconstantcontract', {
      owner_address: from,
      contract_address: to,
      call_value: Number(value),
      data: Buffer.from(data).toString('hex'),
      visible: true,
    }),
  )
  const result = Uint8Array.from(Buffer.from(found.constant_result[0] ?? '', 'hex'))
  const hasFailed = found.transaction?.ret.some(({ ret }) => ret !== undefined && ret !== 'SUCESS' && ret !== 'SUCCESS')
  if (found.result.result !== true || hasFailed === true) throw toRevertedError(result)
  return { result, energy: found.energy_used }
}

function toRevertedError(result: Uint8Array): BillfoldError {
  const reason = formatRevertReason(`0x${Buffer.from(result).toString('hex')}`)
  if (reason === undefined) return new BillfoldError('transaction.reverted')
  return new BillfoldError('transaction.reverted', { message: `The contract reverted the call: ${reason}` })
}

async function broadcast(post: Post, raw: Uint8Array): Promise<ReservingBroadcastResult> {
  const transaction = Buffer.from(raw).toString('hex')
  const { result, code = '', message = '' } = broadcastShape.parse(await post('/wallet/broadcasthex', { transaction }))
  if (result === true) return { outcome: 'accepted' }
  const text = /^([0-9a-fA-F]{2})+$/.test(message) ? Buffer.from(message, 'hex').toString('utf8') : message
  const refusal = classifyTronRefusal(code, text)
  if (refusal === undefined) throw new Error(`node refuses for now: ${code}`)
  return refusal
}

/** A transaction of a block has an info; one that waits is in the pool. */
async function fetchStatus(post: Post, txid: string, solidUntil: number): Promise<NodeTransactionStatus> {
  const info = infoShape.parse(await post('/wallet/gettransactioninfobyid', { value: txid }))
  if (info.id !== undefined && info.blockNumber !== undefined) {
    const outcome = info.receipt?.result ?? 'SUCCESS'
    return {
      state: info.result === 'FAILED' || outcome !== 'SUCCESS' ? 'failed' : 'mined',
      confirmations: Math.max(1, (await fetchNewest(post)).number - info.blockNumber + 1),
      blockNumber: info.blockNumber,
    }
  }
  for (const path of ['/wallet/gettransactionfrompending', '/wallet/gettransactionbyid']) {
    const { txID } = foundShape.parse((await post(path, { value: txid })) ?? {})
    if (txID !== undefined) return { state: 'pending', confirmations: 0 }
  }
  // A node that is behind does not know what others have in solid blocks.
  if (solidUntil > 0 && (await fetchNewest(post, '/walletsolidity')).timestamp < solidUntil)
    throw new Error('node is behind another one')
  return { state: 'unknown', confirmations: 0 }
}
