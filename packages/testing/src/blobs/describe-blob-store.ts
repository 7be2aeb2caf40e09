import { describe, test } from 'vitest'
import { blobStoreCases, type BlobStoreUnderTest } from './blob-store-cases.ts'

/**
 * Registers the conformance suite of a blob store with vitest. A store that passes works with Billfold.
 *
 * @param name name of the store in the test report
 * @param create creates an empty store with two instances; called for every case
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
export function describeBlobStore(name: string, create: () => Promise<BlobStoreUnderTest>): void {
  describe(`${name}: blob store contract`, () => {
    for (const { name: title, run } of blobStoreCases) {
      test(title, async () => {
        const { stores, close } = await create()
        try {
          await run(stores)
        } finally {
          await close()
        }
      })
    }
  })
}
