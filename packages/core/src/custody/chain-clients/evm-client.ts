import { createEvmClient, verifyChainId } from './create-evm-client.ts'
import type { EvmBlocks } from './evm-blocks.ts'
import type { EvmHistoryClient } from './evm-history.ts'
import { createVerifiedJsonRpc } from './json-rpc.ts'
import { chainLimits } from './limits.ts'
import type { Fetch } from './request-node.ts'

/** Options of {@link evmChainClient}. */
export interface EvmClientOptions {
  /** One to eight http or https URLs; the first that responds is used. Credentials in a URL are sent as HTTP Basic authentication. */
  readonly url: string | readonly string[]
  /** The EIP-155 chain id, which each node must report before it is asked anything else. */
  readonly chainId: number | bigint
  /** Replaces the global `fetch`, for a proxy, an agent or a test. */
  readonly fetch?: Fetch
  /** The response timeout per URL in milliseconds. Default: 10,000. */
  readonly timeoutMs?: number
}

/**
 * Creates a client of EVM nodes over JSON-RPC (Ethereum Execution APIs). Response size and time are bounded, redirects are not
 * followed, and errors contain only the host of the URL.
 * @throws RangeError if there is no URL, there are more than eight, or one is not http or https
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
export function evmChainClient(options: EvmClientOptions): EvmHistoryClient & EvmBlocks {
  const urls = typeof options.url === 'string' ? [options.url] : [...options.url]
  if (urls.length === 0 || urls.length > chainLimits.maxNodes || !urls.every(isHttp))
    throw new RangeError(`evmChainClient: url must be 1 to ${chainLimits.maxNodes} http or https URLs`)
  const { timeoutMs = chainLimits.responseTimeoutMs, fetch = globalThis.fetch } = options
  const chainId = BigInt(options.chainId)
  return createEvmClient({
    rpc: createVerifiedJsonRpc({ urls, timeoutMs, fetch }, (node) => verifyChainId(node, chainId)),
    chainId,
    timeoutMs: timeoutMs * urls.length,
  })
}

function isHttp(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)
}
