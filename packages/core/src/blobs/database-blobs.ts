import { batch, insert, remove, type Storage } from '../storage/index.ts'
import type { BlobName, BlobStore } from './blob-store.ts'
import { rechunked } from './rechunked.ts'
import { blobPieces } from './table.ts'

/** Bytes of a piece: well below what any database takes as one value. */
const pieceBytes = 256 * 1024

/**
 * A blob store in the storage itself, for hosts whose processes share nothing but a database. Everything that it keeps
 * is in the backups of the database, and goes through its log.
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
      let held: Uint8Array | undefined
      try {
        for await (const piece of rechunked(content, pieceBytes)) {
          if (held !== undefined) await keep(storage, name, number++, held, false)
          held = piece
        }
        await keep(storage, name, number, held ?? new Uint8Array(0), true)
      } catch (error) {
        await removePieces(storage, name)
        throw error
      }
    },
    get: async (name) => {
      const [last] = await storage.find(blobPieces, { where: { ...whereOf(name), last: 1 }, limit: 1 })
      return last === undefined ? undefined : pieces(storage, name, last.number)
    },
    remove: (name) => removePieces(storage, name),
  }
}

async function keep(
  storage: Storage,
  { tenant, id }: BlobName,
  number: number,
  content: Uint8Array,
  last: boolean,
): Promise<void> {
  await storage.commit(batch(insert(blobPieces, { tenant, blobId: id, number, last: last ? 1 : 0, content })))
}

async function* pieces(storage: Storage, name: BlobName, last: number): AsyncGenerator<Uint8Array> {
  for (let number = 0; number <= last; number++) {
    const [row] = await storage.find(blobPieces, { where: { ...whereOf(name), number }, limit: 1 })
    if (row === undefined) throw new Error('a piece of a blob is not there any more')
    yield row.content
  }
}

async function removePieces(storage: Storage, name: BlobName): Promise<void> {
  await storage.commit(batch(remove(blobPieces, { where: whereOf(name), hits: 'any' })))
}

function whereOf({ tenant, id }: BlobName): { readonly tenant: string; readonly blobId: string } {
  return { tenant, blobId: id }
}
