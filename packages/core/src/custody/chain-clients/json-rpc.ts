import { z } from 'zod'
import { verifyFirst, withFailover } from './failover.ts'
import { chainLimits } from './limits.ts'
import { requestNode, type Fetch } from './request-node.ts'

/** An error response of a node (JSON-RPC 2.0 section 5.1). */
export class JsonRpcError extends Error {
  override readonly name = 'NodeError'
  readonly code: number
  /** What a reverted call returned, where the node says so: hex with `0x`. */
  readonly data: string | undefined

  constructor(code: number, message: string, data?: unknown) {
    super(message.slice(0, 500))
    this.code = code
    this.data = findHex(data)
  }
}

/** Nodes put the returned bytes into `data` itself, or into an object in it. */
function findHex(data: unknown): string | undefined {
  const text = typeof data === 'object' && data !== null && 'data' in data ? data.data : data
  return typeof text === 'string' ? /0x(?:[0-9a-fA-F]{2})*$/.exec(text)?.[0] : undefined
}

/** Calls a JSON-RPC method. @throws JsonRpcError for an error response, Error if no node responds */
export type JsonRpcCall = (method: string, params: readonly unknown[]) => Promise<unknown>

/** The URLs of the nodes and the request settings. */
export interface JsonRpcOptions {
  readonly urls: readonly string[]
  readonly timeoutMs: number
  readonly fetch: Fetch
}

const responseSchema = z.union([
  z.object({ error: z.object({ code: z.number(), message: z.string(), data: z.unknown().optional() }) }),
  z.object({ result: z.unknown() }),
])

function toJsonRpcError({ code, message, data }: { code: number; message: string; data?: unknown }): JsonRpcError {
  return new JsonRpcError(code, message, data)
}

/** The maximum bytes of responses that are larger than others. */
const methodLimits: ReadonlyMap<string, number> = new Map([
  ['eth_getBlockByNumber', chainLimits.maxBlockBytes],
  ['eth_getLogs', chainLimits.maxBlockBytes],
  ['getBlock', chainLimits.maxBlockBytes],
  ['getblock', chainLimits.maxDecodedBlockBytes],
  // Anybody can send coins to an address, so that their list grows.
  ['listunspent', chainLimits.maxBlockBytes],
  ['scantxoutset', chainLimits.maxBlockBytes],
])

/** Creates a JSON-RPC 2.0 client over HTTP that uses the first node that responds. */
export function createJsonRpc({ urls, timeoutMs, fetch }: JsonRpcOptions): JsonRpcCall {
  let id = 0
  return async (method, params) => {
    let lastError: unknown
    for (const url of urls) {
      try {
        const { status, json } = await requestNode({
          url,
          timeoutMs,
          fetch,
          maxResponseBytes: methodLimits.get(method),
          json: { jsonrpc: '2.0', id: ++id, method, params },
        })
        const response = responseSchema.safeParse(json)
        if (!response.success) throw new Error(`node responded with status ${status} and no JSON-RPC result`)
        if ('error' in response.data) throw toJsonRpcError(response.data.error)
        return response.data.result
      } catch (error) {
        if (error instanceof JsonRpcError) throw error
        lastError = error
      }
    }
    throw lastError
  }
}

/**
 * Creates a JSON-RPC client that uses the first node that responds, of those on the right chain.
 * @param verify rejects if a node is on another one
 */
export function createVerifiedJsonRpc(
  options: JsonRpcOptions,
  verify: (rpc: JsonRpcCall) => Promise<void>,
): JsonRpcCall {
  return withFailover(createVerifiedNodes(options, verify), (error) => error instanceof JsonRpcError)
}

/** Creates a JSON-RPC client of each node, for requests that one node must answer together. */
export function createVerifiedNodes(
  { urls, timeoutMs, fetch }: JsonRpcOptions,
  verify: (rpc: JsonRpcCall) => Promise<void>,
): readonly JsonRpcCall[] {
  return urls.map((url) => {
    const rpc = createJsonRpc({ urls: [url], timeoutMs, fetch })
    return verifyFirst(rpc, () => verify(rpc))
  })
}
