/** What a blob is called. Both parts are plain text; a store that makes file names of them hashes the tenant. */
export interface BlobName {
  readonly tenant: string
  /** A UUID, never used for another blob. */
  readonly id: string
}

/**
 * Where long values are kept: files of users, above all. Whatever is put there is sealed already, so a store need not be
 * trusted with what it keeps, only with keeping it.
 */
export interface BlobStore {
  /**
   * Keeps the bytes of a stream, holding it back while it writes, and resolves when they would survive a crash. When the stream
   * fails, or the store does, it rejects, and `get` finds nothing.
   */
  readonly put: (name: BlobName, content: AsyncIterable<Uint8Array>) => Promise<void>
  /** The bytes, piece by piece, or undefined where there is no such blob. */
  readonly get: (name: BlobName) => Promise<AsyncIterable<Uint8Array> | undefined>
  /** Removes a blob, and whatever a `put` that never ended has left of it. That there is none is no failure; that the store is not there is. */
  readonly remove: (name: BlobName) => Promise<void>
}
