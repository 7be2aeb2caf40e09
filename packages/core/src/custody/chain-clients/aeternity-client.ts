import { z } from 'zod'
import { requestNode, type Fetch, type NodeResponse } from './request-node.ts'
import type { AeternityClient, BroadcastResult, NodeTransactionStatus } from './chain-client.ts'
import { chainLimits } from './limits.ts'
import { encodeBase64check } from './encode-base64check.ts'

/** Options of {@link aeternityChainClient}. */
export interface AeternityClientOptions {
  /** The http or https base URL of the node, without `/v3`. Credentials in it are sent as HTTP Basic authentication. */
  readonly url: string
  /** The network id, which the node must report. Default: `ae_mainnet`. */
  readonly networkId?: string
  /** Replaces the global `fetch`, for a proxy, an agent or a test. */
  readonly fetch?: Fetch
  /** The response timeout in milliseconds. Default: 10,000. */
  readonly timeoutMs?: number
}

const bigintSchema = z.union([z.string().regex(/^-?[0-9]{1,78}$/), z.number().int()]).transform(BigInt)
/** A height or nonce; -1 is the height of a pending transaction. */
const countSchema = bigintSchema.transform(Number).pipe(z.int().min(-1))
const account = z.object({ balance: bigintSchema, nonce: countSchema })
const nextNonce = z.object({ next_nonce: countSchema })
const statusShape = z.object({ network_id: z.string() })
const found = z.object({ block_height: countSchema, block_hash: z.string().max(128).optional() })
const top = z.object({ height: countSchema })
const refusal = z.object({ reason: z.string().max(1000).optional(), error_code: z.string().max(200).optional() })

type NodeCall = (path: string, json?: unknown) => Promise<NodeResponse>

/**
 * Creates a client of an æternity node (HTTP API version 3). Response size and time are bounded, redirects are not followed,
 * and errors contain only the host of the URL.
 * @throws RangeError if the URL is not http or https
 *
 * @example
 * ```ts
 * import { aeternityChainClient, createBillfold, environmentKeyring, memoryStorage } from '@billfold/core'
 *
 * const billfold = createBillfold({
 *   storage: memoryStorage(),
 *   keyring: environmentKeyring(),
 *   custody: { chainClients: { AETERNITY: aeternityChainClient({ url: 'https://node.example' }) } },
 * })
 * ```
 */
export function aeternityChainClient(options: AeternityClientOptions): AeternityClient {
  const { url, networkId = 'ae_mainnet', fetch = globalThis.fetch, timeoutMs = chainLimits.responseTimeoutMs } = options
  if (!/^https?:\/\//.test(url)) throw new RangeError('aeternityChainClient: url must be an http or https URL')
  const base = url.replace(/\/+$/, '')
  const request = verifyNetworkFirst(
    (path, json) => requestNode({ url: `${base}/v3${path}`, json, timeoutMs, fetch }),
    networkId,
  )
  return {
    family: 'aeternity',
    network: `aeternity:${networkId}`,
    timeoutMs,
    balance: async (address) => (await fetchAccount(request, address)).balance,
    blockNumber: async () => top.parse((await request('/key-blocks/current/height?int-as-string=true')).json).height,
    nonces: async (address) => {
      const next = await fetchNextNonce(request, address)
      const mined = (await fetchAccount(request, address)).nonce + 1
      return { mined, next: Math.max(mined, next) }
    },
    broadcast: async (raw) => classifyResponse(await request('/transactions', { tx: `tx_${encodeBase64check(raw)}` })),
    status: (hash) => fetchStatus(request, hash),
  }
}

/** Checks the node's network once, before the first request. */
function verifyNetworkFirst(request: NodeCall, networkId: string): NodeCall {
  let verified = false
  return async (path, json) => {
    if (!verified) {
      const { network_id } = statusShape.parse((await request('/status')).json)
      if (network_id !== networkId) throw new Error(`node is not on network ${networkId}`)
      verified = true
    }
    return request(path, json)
  }
}

async function fetchAccount(request: NodeCall, address: string): Promise<z.output<typeof account>> {
  const { status: code, json } = await request(`/accounts/${address}?int-as-string=true`)
  return code === 404 ? { balance: 0n, nonce: 0 } : account.parse(json)
}

/** Fetches the first nonce that is neither in a block nor in the mempool. */
async function fetchNextNonce(request: NodeCall, address: string): Promise<number> {
  const { status: code, json } = await request(`/accounts/${address}/next-nonce?strategy=continuity`)
  return code === 404 ? 1 : nextNonce.parse(json).next_nonce
}

/** Classifies the response to a broadcast. Nodes refuse with status 400 and a free-form `error_code` and `reason`. */
function classifyResponse({ status: code, json }: NodeResponse): BroadcastResult {
  if (code === 200) return { outcome: 'accepted' }
  if (code !== 400) throw new Error(`node responded with status ${code}`)
  const { reason = '', error_code: word = '' } = refusal.parse(json)
  const words = `${word} ${reason}`.toLowerCase().replaceAll('_', ' ')
  if (/already (known|in|accepted)|mempool sync|tx already/.test(words)) return { outcome: 'accepted' }
  if (/nonce (is )?too (low|small)|already used/.test(words)) return { outcome: 'nonce-taken' }
  if (/insufficient|balance/.test(words)) return { outcome: 'rejected', reason: 'insufficient-funds' }
  return {
    outcome: 'rejected',
    reason: /too low (fee|gas price)|fee too low/.test(words) ? 'fee-too-low' : 'not-valid',
  }
}

async function fetchStatus(request: NodeCall, hash: string): Promise<NodeTransactionStatus> {
  const { status: code, json } = await request(`/transactions/${encodeURIComponent(hash)}?int-as-string=true`)
  if (code === 404 || code === 410 || code === 400) return { state: 'unknown', confirmations: 0 }
  const { block_height: height, block_hash: blockHash } = found.parse(json)
  if (height < 0) return { state: 'pending', confirmations: 0 }
  const newest = top.parse((await request('/key-blocks/current/height?int-as-string=true')).json).height
  return {
    state: 'mined',
    confirmations: Math.max(1, newest - height + 1),
    blockNumber: height,
    ...(blockHash !== undefined && { blockHash }),
  }
}
