import { batch, insert, remove, type Storage } from '../../kernel/storage/index.ts'
import type { BlobName, BlobStore } from './blob-store.ts'
import { rechunk } from './rechunk.ts'
import { blobPieces } from './blob-table.ts'

/** Bytes per row: well below the value size limit of every supported database. */
const chunkBytes = 256 * 1024

/**
 * Creates a blob store inside the storage, for hosts whose processes share only a database. Blobs are part of the database's backups and pass
 * through its transaction log.
 *
 * @example
 * ```ts
 * import { createBillfold, databaseBlobs, environmentKeyring, memoryStorage } from '@billfold/core'
 *
 * const storage = memoryStorage()
 * const onboarding = { blobs: databaseBlobs(storage) }
 * const billfold = createBillfold({ storage, keyring: environmentKeyring(), onboarding })
 * ```
 */
export function databaseBlobs(storage: Storage): BlobStore {
  return {
    put: async (name, content) => {
      let number = 0
      let pending: Uint8Array | undefined
      try {
        for await (const chunk of rechunk(content, chunkBytes)) {
          if (pending !== undefined) await writeChunk(storage, name, number++, pending, false)
          pending = chunk
        }
        await writeChunk(storage, name, number, pending ?? new Uint8Array(0), true)
      } catch (error) {
        await removeChunks(storage, name)
        throw error
      }
    },
    get: async (name) => {
      const [last] = await storage.find(blobPieces, { where: { ...byName(name), last: 1 }, limit: 1 })
      return last === undefined ? undefined : readChunks(storage, name, last.number)
    },
    remove: (name) => removeChunks(storage, name),
  }
}

async function writeChunk(
  storage: Storage,
  { tenant, id }: BlobName,
  number: number,
  content: Uint8Array,
  last: boolean,
): Promise<void> {
  await storage.commit(batch(insert(blobPieces, { tenant, blobId: id, number, last: last ? 1 : 0, content })))
}

async function* readChunks(storage: Storage, name: BlobName, last: number): AsyncGenerator<Uint8Array> {
  for (let number = 0; number <= last; number++) {
    const [row] = await storage.find(blobPieces, { where: { ...byName(name), number }, limit: 1 })
    if (row === undefined) throw new Error('Blob was removed while it was being read')
    yield row.content
  }
}

async function removeChunks(storage: Storage, name: BlobName): Promise<void> {
  await storage.commit(batch(remove(blobPieces, { where: byName(name), expectedRows: 'any' })))
}

function byName({ tenant, id }: BlobName): { readonly tenant: string; readonly blobId: string } {
  return { tenant, blobId: id }
}
