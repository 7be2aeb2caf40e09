import { withTimeout } from '../../kernel/concurrency/async.ts'
import { createEvmClient, verifyChainId } from './create-evm-client.ts'
import type { EvmBlocks } from './evm-blocks.ts'
import type { EvmHistoryClient } from './evm-history.ts'
import { verifyFirst } from './failover.ts'
import { type JsonRpcCall, JsonRpcError } from './json-rpc.ts'
import { chainLimits } from './limits.ts'

/** What Billfold uses of a public client of viem 2: its chain, and its requests. */
export interface ViemPublicClient {
  /** The chain that the client was created with. */
  readonly chain?: { readonly id: number } | undefined
  /** Sends a request through the client's transport (EIP-1193). */
  request(
    call: { readonly method: string; readonly params?: unknown },
    options: { readonly retryCount?: number; readonly signal: AbortSignal },
  ): Promise<unknown>
}

/** Options of {@link viemChainClient}. */
export interface ViemClientOptions {
  /** The timeout of one call in milliseconds, with all retries and fallbacks of the transport. Default: 10,000. */
  readonly timeoutMs?: number
}

/**
 * Creates a client of EVM nodes (Ethereum Execution APIs) over a public client of viem, for a host that has tuned its transports:
 * fallbacks, batches, WebSockets. Only requests go through viem: transactions are built and signed by Billfold, and viem sees no
 * key. Reads are retried as the transport is set up. A broadcast is not: Billfold repeats the same bytes once it knows that the
 * node does not have them. Errors contain neither URLs nor requests, which may contain API keys.
 *
 * @param publicClient created by viem's `createPublicClient` with a `chain`, whose id the node must report
 * @throws RangeError if the public client has no chain, or the timeout is not a positive number of milliseconds
 *
 * @example
 * ```typescript
 * import { createBillfold, environmentKeyring, memoryStorage } from '@billfold/core'
 * import { viemChainClient } from '@billfold/core/viem'
 * import { createPublicClient, fallback, http } from 'viem'
 * import { mainnet } from 'viem/chains'
 *
 * const transport = fallback([http('https://node.example', { batch: true }), http('https://second.example')])
 * const billfold = createBillfold({
 *   storage: memoryStorage(),
 *   keyring: environmentKeyring(),
 *   custody: { chainClients: { ETHEREUM: viemChainClient(createPublicClient({ chain: mainnet, transport })) } },
 * })
 * ```
 */
export function viemChainClient(
  publicClient: ViemPublicClient,
  options: ViemClientOptions = {},
): EvmHistoryClient & EvmBlocks {
  const { timeoutMs = chainLimits.responseTimeoutMs } = options
  const { chain } = publicClient
  if (chain === undefined) throw new RangeError('viemChainClient: the public client must have a chain')
  if (!(timeoutMs > 0)) throw new RangeError(`viemChainClient: timeoutMs must be above 0, got ${timeoutMs}`)
  const chainId = BigInt(chain.id)
  const rpc = createViemRpc(publicClient, timeoutMs)
  return createEvmClient({ rpc: verifyFirst(rpc, () => verifyChainId(rpc, chainId)), chainId, timeoutMs })
}

function createViemRpc(publicClient: ViemPublicClient, timeoutMs: number): JsonRpcCall {
  return async (method, params) => {
    const retries = method === 'eth_sendRawTransaction' ? { retryCount: 0 } : {}
    try {
      return await withTimeout(timeoutMs, (signal) => publicClient.request({ method, params }, { ...retries, signal }))
    } catch (error) {
      // viem quotes URLs and requests, which can contain secrets.
      throw findErrorResponse(error) ?? new Error(`node did not respond: ${toErrorName(error)}`)
    }
  }
}

/** The maximum number of causes of an error that are looked at. viem wraps an error response three times. */
const maxCauses = 10

/** Finds the error response of the node (JSON-RPC 2.0 section 5.1) at the end of the causes. */
function findErrorResponse(error: unknown): JsonRpcError | undefined {
  let found: JsonRpcError | undefined
  let cause = error
  for (let depth = 0; depth < maxCauses && typeof cause === 'object' && cause !== null; depth++) {
    found = toErrorResponse(cause) ?? found
    cause = 'cause' in cause ? cause.cause : undefined
  }
  return found
}

/** The code that viem gives to errors that have none. */
const unknownCode = -1

/** A DOMException has a number as its code too, but is no response. */
function toErrorResponse(error: object): JsonRpcError | undefined {
  if (error instanceof DOMException || !('code' in error) || typeof error.code !== 'number') return undefined
  if (error.code === unknownCode) return undefined
  const details = 'details' in error ? error.details : undefined
  const message = 'message' in error ? error.message : undefined
  const [text = ''] = [details, message].filter((one) => typeof one === 'string' && one !== '').map(String)
  return new JsonRpcError(error.code, text, 'data' in error ? error.data : undefined)
}

function toErrorName(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown'
}
