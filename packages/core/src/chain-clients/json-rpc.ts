import { z } from 'zod'
import { askNode, type Fetch } from './bounded-fetch.ts'

/** An error that a node answered (JSON-RPC 2.0 section 5.1). */
export class NodeError extends Error {
  override readonly name = 'NodeError'
  readonly code: number

  constructor(code: number, message: string) {
    super(message.slice(0, 500))
    this.code = code
  }
}

/** Calls a method of a node. @throws NodeError for an error that the node answered, an Error when it did not answer */
export type JsonRpc = (method: string, params: readonly unknown[]) => Promise<unknown>

/** Where the nodes are, and how they are asked. */
export interface JsonRpcOptions {
  readonly urls: readonly string[]
  readonly timeoutMs: number
  readonly fetch: Fetch
}

const answerShape = z.union([
  z.object({ error: z.object({ code: z.number(), message: z.string() }) }),
  z.object({ result: z.unknown() }),
])

/** JSON-RPC 2.0 over HTTP: the first of the nodes that answers is asked. */
export function jsonRpc({ urls, timeoutMs, fetch }: JsonRpcOptions): JsonRpc {
  let id = 0
  return async (method, params) => {
    let failure: unknown
    for (const url of urls) {
      try {
        const { status, json } = await askNode({
          url,
          timeoutMs,
          fetch,
          json: { jsonrpc: '2.0', id: ++id, method, params },
        })
        const answer = answerShape.safeParse(json)
        if (!answer.success) throw new Error(`The node answered with status ${status} and without a result`)
        if ('error' in answer.data) throw new NodeError(answer.data.error.code, answer.data.error.message)
        return answer.data.result
      } catch (error) {
        if (error instanceof NodeError) throw error
        failure = error
      }
    }
    throw failure
  }
}
