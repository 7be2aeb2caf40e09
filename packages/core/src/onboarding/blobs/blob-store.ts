/** Name of a blob. The tenant is arbitrary text: a store that maps names to file names must hash or encode it. */
export interface BlobName {
  readonly tenant: string
  /** UUID, never reused. */
  readonly id: string
}

/**
 * Stores large binary values, such as uploaded files. Content is encrypted before it reaches the store, so the store needs to be durable but
 * not confidential. `describeBlobStore` of `@billfold/testing` is the conformance suite.
 *
 * @example
 * ```ts
 * import type { BlobStore } from '@billfold/core'
 *
 * const blobs = new Map<string, Uint8Array>()
 * export const memoryBlobs: BlobStore = {
 *   put: async ({ tenant, id }, content) => {
 *     const chunks: Uint8Array[] = []
 *     for await (const chunk of content) chunks.push(chunk)
 *     blobs.set(`${id} ${tenant}`, Buffer.concat(chunks))
 *   },
 *   get: async ({ tenant, id }) => {
 *     const blob = blobs.get(`${id} ${tenant}`)
 *     if (blob === undefined) return undefined
 *     return (async function* () {
 *       yield blob
 *     })()
 *   },
 *   remove: async ({ tenant, id }) => void blobs.delete(`${id} ${tenant}`),
 * }
 * ```
 */
export interface BlobStore {
  /**
   * Stores the content with backpressure and resolves once it is durable. If the stream or the store fails, rejects, and `get` returns
   * undefined.
   */
  readonly put: (name: BlobName, content: AsyncIterable<Uint8Array>) => Promise<void>
  /** Returns the content as a stream of chunks, or undefined if the blob does not exist. */
  readonly get: (name: BlobName) => Promise<AsyncIterable<Uint8Array> | undefined>
  /** Removes a blob and the remains of an interrupted `put`. Resolves if the blob does not exist; rejects if the store is unavailable. */
  readonly remove: (name: BlobName) => Promise<void>
}
