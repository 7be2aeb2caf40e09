import { describe, test } from 'vitest'
import { blobStoreCases, type OpenBlobStore } from './blob-store-cases.ts'

/**
 * Registers the whole conformance suite for a blob store with vitest. A store that passes can be given to Billfold.
 *
 * @param name what the store is called in the report
 * @param open opens a store, twice; called once for every case
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
