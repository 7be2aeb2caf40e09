import { describe, test } from 'vitest'
import { blobStoreCases, type OpenBlobStore } from './blob-store-cases.ts'

/**
 * Registers the whole conformance suite for a blob store with vitest. A store that passes can be given to Billfold.
 *
 * @param name what the store is called in the report
 * @param open opens a store, twice; called once for every case
 *
 * @example
 * ```ts
 * import { mkdtemp, rm } from 'node:fs/promises'
 * import { directoryBlobs } from '@billfold/core'
 * import { describeBlobStore } from '@billfold/testing'
 *
 * describeBlobStore('a directory', async () => {
 *   const directory = await mkdtemp('/tmp/blobs-')
 *   const close = () => rm(directory, { recursive: true })
 *   return { stores: [directoryBlobs(directory), directoryBlobs(directory)], close }
 * })
 * ```
 */
export function describeBlobStore(name: string, open: () => Promise<OpenBlobStore>): void {
  describe(`${name} keeps the contract of a blob store`, () => {
    for (const { name: sentence, run } of blobStoreCases) {
      test(sentence, async () => {
        const { stores, close } = await open()
        try {
          await run(stores)
        } finally {
          await close()
        }
      })
    }
  })
}
