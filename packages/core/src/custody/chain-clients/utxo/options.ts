import { chainLimits } from '../limits.ts'
import type { Fetch } from '../request-node.ts'
import { type UtxoNetwork, type UtxoNetworkOption, utxoNetworks } from './networks.ts'

/** Options of the clients of the Bitcoin family. */
export interface UtxoClientOptions {
  /** One to eight http or https URLs; the first that responds is used. Credentials in a URL are sent as HTTP Basic authentication. */
  readonly url: string | readonly string[]
  /**
   * The chain, which the node must report: `bitcoin`, `litecoin`, `bitcoin-testnet4`, `bitcoin-signet`, `bitcoin-regtest`, `litecoin-regtest`, or its
   * parameters.
   */
  readonly network: UtxoNetworkOption
  /** The number of blocks within which a transaction is to be mined, 1 to 144, for the recommended fee rate. Default: 6. */
  readonly confirmationTarget?: number
  /** The highest fee rate that a transaction may pay, in satoshis per virtual byte. Default: 500. */
  readonly maxFeeRate?: number
  /** Blocks after which a transaction is final. Default: 6. */
  readonly finalityConfirmations?: number
  /** Replaces the global `fetch`, for a proxy, an agent or a test. */
  readonly fetch?: Fetch
  /** The response timeout per URL in milliseconds. Default: 10,000. */
  readonly timeoutMs?: number
}

/** Options with defaults applied. */
export interface UtxoClientSettings {
  readonly urls: readonly string[]
  readonly network: UtxoNetwork
  readonly confirmationTarget: number
  /** In minor units per 1000 virtual bytes. */
  readonly maxFeeRate: bigint
  readonly finalityConfirmations: number
  readonly fetch: Fetch
  readonly timeoutMs: number
}

/** Applies defaults. @throws RangeError if an option is out of range */
export function resolveUtxoOptions(name: string, options: UtxoClientOptions): UtxoClientSettings {
  const urls = typeof options.url === 'string' ? [options.url] : [...options.url]
  if (urls.length === 0 || urls.length > chainLimits.maxNodes || !urls.every(isHttp))
    throw new RangeError(`${name}: url must be 1 to ${chainLimits.maxNodes} http or https URLs`)
  const network = typeof options.network === 'string' ? utxoNetworks[options.network] : options.network
  if (!/^[0-9a-f]{64}$/.test(network.genesisHash))
    throw new RangeError(`${name}: network.genesisHash must be 64 hex digits in lower case`)
  const { confirmationTarget = 6, finalityConfirmations = 6 } = options
  if (!(Number.isInteger(confirmationTarget) && confirmationTarget >= 1 && confirmationTarget <= 144))
    throw new RangeError(`${name}: confirmationTarget must be an integer from 1 to 144, got ${confirmationTarget}`)
  if (!(Number.isInteger(finalityConfirmations) && finalityConfirmations >= 1))
    throw new RangeError(
      `${name}: finalityConfirmations must be an integer of at least 1, got ${finalityConfirmations}`,
    )
  const maxFeeRate = options.maxFeeRate === undefined ? network.incrementalFeeRate * 500n : toRate(options.maxFeeRate)
  if (maxFeeRate < network.incrementalFeeRate)
    throw new RangeError(`${name}: maxFeeRate must be at least ${Number(network.incrementalFeeRate) / 1000}`)
  const { fetch = globalThis.fetch, timeoutMs = chainLimits.responseTimeoutMs } = options
  return {
    urls: urls.map((url) => url.replace(/\/+$/, '')),
    network,
    confirmationTarget,
    maxFeeRate,
    finalityConfirmations,
    fetch,
    timeoutMs,
  }
}

function toRate(satoshisPerByte: number): bigint {
  return Number.isFinite(satoshisPerByte) ? BigInt(Math.ceil(satoshisPerByte * 1000)) : 0n
}

function isHttp(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)
}
