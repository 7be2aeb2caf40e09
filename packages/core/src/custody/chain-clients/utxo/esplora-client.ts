import { z } from 'zod'
import { verifyFirst, withFailover } from '../failover.ts'
import { chainLimits } from '../limits.ts'
import { type NodeResponse, requestNode } from '../request-node.ts'
import type { Coin, NodeTransactionStatus, ReservingBroadcastResult } from '../chain-client.ts'
import { parseSpentOutputs } from './spent-outputs.ts'
import { classifyUtxoRefusal } from './classify-refusal.ts'
import { fetchEsploraBlock } from './esplora-block.ts'
import type { UtxoBlockClient } from './utxo-blocks.ts'
import { toUtxoCaip2 } from './networks.ts'
import { resolveUtxoOptions, type UtxoClientOptions, type UtxoClientSettings } from './options.ts'

/** Options of {@link esploraChainClient}. */
export interface EsploraClientOptions extends UtxoClientOptions {}

const amount = z.int().nonnegative().transform(BigInt)
const height = z.int().nonnegative()
const hash = z.string().regex(/^[0-9a-f]{64}$/)
const position = z.object({ confirmed: z.boolean(), block_height: height.nullish(), block_hash: hash.nullish() })
const addressShape = z.object({ chain_stats: z.object({ funded_txo_sum: amount, spent_txo_sum: amount }) })
const unspentShape = z.array(z.object({ txid: hash, vout: height, value: amount, status: position }))
const tipShape = z.object({ height, timestamp: z.int().nonnegative() })
const transactionShape = z.object({ status: position })
const outspendShape = z.object({ spent: z.boolean(), txid: hash.nullish(), status: position.nullish() })
const estimatesShape = z.record(z.string(), z.number().nonnegative())

type Get = (path: string, text?: string) => Promise<NodeResponse>

/**
 * Creates a client of a Bitcoin or Litecoin node with an Esplora HTTP API (Blockstream electrs, mempool.space). Response size and time are bounded,
 * redirects are not followed, and errors contain only the host of the URL.
 * @throws RangeError if an option is out of range
 *
 * @example
 * ```ts
 * import { createBillfold, environmentKeyring, esploraChainClient, memoryStorage } from '@billfold/core'
 *
 * const billfold = createBillfold({
 *   storage: memoryStorage(),
 *   keyring: environmentKeyring(),
 *   custody: { chainClients: { BITCOIN: esploraChainClient({ url: 'https://esplora.example/api', network: 'bitcoin' }) } },
 * })
 * ```
 */
export function esploraChainClient(options: EsploraClientOptions): UtxoBlockClient {
  const settings = resolveUtxoOptions('esploraChainClient', options)
  const { network, finalityConfirmations, maxFeeRate } = settings
  const get = createGet(settings)
  const tip = async (): Promise<number> => height.parse(await ok(get('/blocks/tip/height')))
  return {
    family: 'utxo',
    network: toUtxoCaip2(network),
    timeoutMs: settings.timeoutMs * settings.urls.length,
    finalityConfirmations,
    maxFeeRate,
    dustRelayFeeRate: network.dustRelayFeeRate,
    incrementalFeeRate: network.incrementalFeeRate,
    allowsReplacement: network.allowsReplacement,
    balance: async (address) => {
      const { chain_stats: stats } = addressShape.parse(await ok(get(`/address/${encodeURIComponent(address)}`)))
      return stats.funded_txo_sum - stats.spent_txo_sum
    },
    blockNumber: tip,
    unspent: async (address) => {
      const coins = unspentShape.parse(await ok(get(`/address/${encodeURIComponent(address)}/utxo`)))
      const newest = await tip()
      return coins.map(
        ({ txid, vout, value, status }): Coin => ({
          txid,
          vout,
          amount: value,
          confirmations: countConfirmations(status, newest),
        }),
      )
    },
    block: (number) =>
      fetchEsploraBlock(
        (path) => ok(get(path)),
        async (path) => (await get(path)).text,
        number,
      ),
    tip: async () => {
      const { text: newest } = await get('/blocks/tip/hash')
      const { height: number, timestamp } = tipShape.parse(await ok(get(`/block/${encodeURIComponent(newest.trim())}`)))
      return { number, timestamp: timestamp * 1000, isSyncing: false }
    },
    feeRate: async () => {
      const estimates = estimatesShape.parse(await ok(get('/fee-estimates')))
      return pickFeeRate(estimates, settings)
    },
    broadcast: async (raw) => classifyResponse(await get('/tx', Buffer.from(raw).toString('hex'))),
    status: (txid) => fetchStatus(get, tip, txid),
    isReplaced: async (raw) => {
      const newest = await tip()
      for (const output of parseSpentOutputs(raw))
        if (await isSpentForGood(get, output, newest, finalityConfirmations)) return true
      return false
    },
  }
}

/** Uses the first node that responds, of those on the right chain. */
function createGet({ urls, timeoutMs, fetch, network }: UtxoClientSettings): Get {
  const nodes = urls.map((url): Get => {
    const get: Get = async (path, text) => {
      const maxResponseBytes = chainLimits.maxBlockBytes
      const response = await requestNode({ url: `${url}${path}`, text, timeoutMs, fetch, maxResponseBytes })
      if (response.status >= 500 || response.status === 429)
        throw new Error(`node responded with status ${response.status}`)
      return response
    }
    return verifyFirst(get, () => verifyGenesis(get, network.genesisHash))
  })
  return withFailover(nodes)
}

async function verifyGenesis(get: Get, genesisHash: string): Promise<void> {
  const { text } = await get('/block-height/0')
  if (text.trim() !== genesisHash) throw new Error('node is on another chain')
}

async function ok(response: Promise<NodeResponse>): Promise<unknown> {
  const { status, json } = await response
  if (status !== 200) throw new Error(`node responded with status ${status}`)
  return json
}

function countConfirmations({ confirmed, block_height: at }: z.output<typeof position>, newest: number): number {
  return confirmed && typeof at === 'number' ? Math.max(1, newest - at + 1) : 0
}

/** Estimates are satoshis per virtual byte by the number of blocks; the one of the next smaller number holds for those between. */
function pickFeeRate(
  estimates: Readonly<Record<string, number>>,
  { confirmationTarget, network }: UtxoClientSettings,
): bigint {
  const best = Object.entries(estimates)
    .map(([blocks, rate]) => ({ blocks: Number(blocks), rate }))
    .filter(({ blocks }) => blocks <= confirmationTarget)
    .toSorted((one, other) => other.blocks - one.blocks)[0]
  // A chain without full blocks has no estimates.
  return best === undefined ? network.incrementalFeeRate : BigInt(Math.ceil(best.rate * 1000))
}

/** Esplora answers refusals with status 400 and the text of the node's error. */
function classifyResponse({ status, text }: NodeResponse): ReservingBroadcastResult {
  if (status === 200) return { outcome: 'accepted' }
  const result = status === 400 ? classifyUtxoRefusal(text.slice(0, 1000)) : undefined
  if (result === undefined) throw new Error(`node responded with status ${status}`)
  return result
}

async function fetchStatus(get: Get, tip: () => Promise<number>, txid: string): Promise<NodeTransactionStatus> {
  const response = await get(`/tx/${encodeURIComponent(txid)}`)
  if (response.status === 404 || response.status === 400) return { state: 'unknown', confirmations: 0 }
  const { status } = transactionShape.parse(response.json)
  if (!status.confirmed) return { state: 'pending', confirmations: 0 }
  return {
    state: 'mined',
    confirmations: countConfirmations(status, await tip()),
    ...(typeof status.block_height === 'number' && { blockNumber: status.block_height }),
    ...(typeof status.block_hash === 'string' && { blockHash: status.block_hash }),
  }
}

/** Only a spend that is final counts: before, a reorganization can give the output back. */
async function isSpentForGood(get: Get, output: string, newest: number, finality: number): Promise<boolean> {
  const [txid = '', vout = ''] = output.split(':')
  const response = await get(`/tx/${txid}/outspend/${vout}`)
  if (response.status !== 200) return false
  const { spent, status } = outspendShape.parse(response.json)
  return spent && status !== undefined && status !== null && countConfirmations(status, newest) >= finality
}
