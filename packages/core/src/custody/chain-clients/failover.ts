/** A request to a node. */
type NodeRequest<A extends readonly unknown[], T> = (...args: A) => Promise<T>

/**
 * Sends a request to the first node that responds.
 * @param isResponse returns true for an error that is the response of a node, after which no other one is asked
 */
export function withFailover<A extends readonly unknown[], T>(
  nodes: readonly NodeRequest<A, T>[],
  isResponse: (error: unknown) => boolean = () => false,
): NodeRequest<A, T> {
  return async (...args) => {
    let lastError: unknown
    for (const request of nodes)
      try {
        return await request(...args)
      } catch (error) {
        if (isResponse(error)) throw error
        lastError = error
      }
    throw lastError
  }
}

/**
 * Verifies a node before its first request. Each node of several has its own verification: one that is on another chain would report transactions as
 * unknown, which are then sent again.
 */
export function verifyFirst<A extends readonly unknown[], T>(
  request: NodeRequest<A, T>,
  verify: () => Promise<void>,
): NodeRequest<A, T> {
  let verified: Promise<void> | undefined
  return async (...args) => {
    verified ??= verify()
    try {
      await verified
    } catch (error) {
      verified = undefined
      throw error instanceof Error ? new Error(error.message) : error
    }
    return request(...args)
  }
}
