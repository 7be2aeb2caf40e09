import { z } from 'zod'
import { askNode, type Fetch, type NodeAnswer } from './bounded-fetch.ts'
import type { AeternityClient, BroadcastAnswer, ChainStatus } from './chain-client.ts'
import { chainLimits } from './limits.ts'
import { base64check } from './base64check.ts'

/** Where a node of æternity is. */
export interface AeternityClientOptions {
  /** An http or https URL: the one that `/v3` is below. */
  readonly url: string
  /** `ae_mainnet` unless it is said. A node of another network is never used. */
  readonly networkId?: string
  readonly fetch?: Fetch
  /** How long the node may take to answer, in milliseconds: 10,000. */
  readonly timeoutMs?: number
}

const whole = z.union([z.string().regex(/^-?[0-9]{1,78}$/), z.number().int()]).transform(BigInt)
const account = z.object({ balance: whole, nonce: whole })
const nextNonce = z.object({ next_nonce: whole })
const statusShape = z.object({ network_id: z.string() })
const found = z.object({ block_height: whole, block_hash: z.string().max(128).optional() })
const top = z.object({ height: whole })
const refusal = z.object({ reason: z.string().max(1000).optional(), error_code: z.string().max(200).optional() })

type Ask = (path: string, json?: unknown) => Promise<NodeAnswer>

/**
 * A node of æternity over its HTTP API, version 3: answers of bounded size in bounded time, no redirects, nothing of the
 * URL but its host in errors.
 * @throws RangeError when the URL is not http or https
 */
export function aeternityChainClient(options: AeternityClientOptions): AeternityClient {
  const {
    url,
    networkId = 'ae_mainnet',
    fetch = globalThis.fetch,
    timeoutMs = chainLimits.answerMilliseconds,
  } = options
  if (!/^https?:\/\//.test(url)) throw new RangeError('aeternityChainClient takes an http or https URL')
  const base = url.replace(/\/+$/, '')
  const ask = onOneNetwork((path, json) => askNode({ url: `${base}/v3${path}`, json, timeoutMs, fetch }), networkId)
  return {
    family: 'aeternity',
    network: `aeternity:${networkId}`,
    timeoutMs,
    balance: async (address) => (await accountOf(ask, address)).balance,
    nonces: async (address) => {
      const next = await nextNonceOf(ask, address)
      const mined = Number((await accountOf(ask, address)).nonce) + 1
      return { mined, next: Math.max(mined, next) }
    },
    broadcast: async (raw) => answerOf(await ask('/transactions', { tx: `tx_${base64check(raw)}` })),
    status: (hash) => status(ask, hash),
  }
}

/** Asks the node which network it is of before it is asked anything else, once. */
function onOneNetwork(ask: Ask, networkId: string): Ask {
  let asked = false
  return async (path, json) => {
    if (!asked) {
      const { network_id } = statusShape.parse((await ask('/status')).json)
      if (network_id !== networkId) throw new Error('The node is of another network')
      asked = true
    }
    return ask(path, json)
  }
}

async function accountOf(ask: Ask, address: string): Promise<z.output<typeof account>> {
  const { status: code, json } = await ask(`/accounts/${address}?int-as-string=true`)
  return code === 404 ? { balance: 0n, nonce: 0n } : account.parse(json)
}

/** The first nonce that is neither in a block nor waiting in the pool. */
async function nextNonceOf(ask: Ask, address: string): Promise<number> {
  const { status: code, json } = await ask(`/accounts/${address}/next-nonce?strategy=continuity`)
  return code === 404 ? 1 : Number(nextNonce.parse(json).next_nonce)
}

/** A node answers 400 to what it does not take, with an `error_code` in words of its own. */
function answerOf({ status: code, json }: NodeAnswer): BroadcastAnswer {
  if (code === 200) return { outcome: 'accepted' }
  if (code !== 400) throw new Error(`The node answered with status ${code}`)
  const { reason = '', error_code: word = '' } = refusal.parse(json)
  const words = `${word} ${reason}`.toLowerCase().replaceAll('_', ' ')
  if (/already (known|in|accepted)|mempool sync|tx already/.test(words)) return { outcome: 'accepted' }
  if (/nonce (is )?too (low|small)|already used/.test(words)) return { outcome: 'nonce-taken' }
  if (/insufficient|balance/.test(words)) return { outcome: 'refused', reason: 'insufficient-funds' }
  return { outcome: 'refused', reason: /too low (fee|gas price)|fee too low/.test(words) ? 'fee-too-low' : 'not-valid' }
}

async function status(ask: Ask, hash: string): Promise<ChainStatus> {
  const { status: code, json } = await ask(`/transactions/${encodeURIComponent(hash)}?int-as-string=true`)
  if (code === 404 || code === 410 || code === 400) return { state: 'unknown', confirmations: 0 }
  const { block_height: height, block_hash: blockHash } = found.parse(json)
  if (height < 0n) return { state: 'pending', confirmations: 0 }
  const newest = top.parse((await ask('/key-blocks/current/height?int-as-string=true')).json).height
  return {
    state: 'mined',
    confirmations: Math.max(1, Number(newest - height) + 1),
    blockNumber: Number(height),
    ...(blockHash !== undefined && { blockHash }),
  }
}
