import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { access, mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { BlobName, BlobStore } from './blob-store.ts'

/**
 * A blob store in a directory, which is made when it is first needed, for its owner's eyes only. A blob is a file: written
 * under another name, synced, and renamed. Processes may share it. As long as there is no directory, `remove` rejects: this process may
 * have been given another one than that which the blobs are in.
 *
 * @example
 * ```ts
 * import { createBillfold, directoryBlobs, environmentKeyring, memoryStorage } from '@billfold/core'
 *
 * const billfold = createBillfold({
 *   storage: memoryStorage(),
 *   keyring: environmentKeyring(),
 *   onboarding: { blobs: directoryBlobs('/var/lib/example/files') },
 * })
 * ```
 */
export function directoryBlobs(directory: string): BlobStore {
  return {
    put: async (name, content) => {
      const { folder, file, draft } = placeOf(directory, name)
      await mkdir(folder, { recursive: true, mode: 0o700 })
      try {
        await write(draft, content)
        await rename(draft, file)
      } catch (error) {
        await rm(draft, { force: true })
        throw error
      }
      await sync(folder)
    },
    get: async (name) => {
      const { file } = placeOf(directory, name)
      return (await isThere(file)) ? read(file) : undefined
    },
    remove: async (name) => {
      const { file, draft } = placeOf(directory, name)
      // Where nothing was ever put, the blobs of others are elsewhere: whoever took this for done would forget where they are.
      if (!(await isThere(directory))) throw new Error('The directory of the blobs is not there')
      await rm(draft, { force: true })
      await rm(file, { force: true })
    },
  }
}

interface Place {
  readonly folder: string
  readonly file: string
  readonly draft: string
}

function placeOf(directory: string, { tenant, id }: BlobName): Place {
  if (!/^[0-9a-f-]{36}$/.test(id)) throw new RangeError('The id of a blob is a UUID')
  const folder = join(directory, createHash('sha256').update(tenant).digest('hex').slice(0, 32))
  const file = join(folder, id)
  return { folder, file, draft: `${file}.part` }
}

async function write(path: string, content: AsyncIterable<Uint8Array>): Promise<void> {
  const handle = await open(path, 'wx', 0o600)
  try {
    for await (const piece of content) await handle.writeFile(piece)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** The new name survives a crash only when the folder is synced, too. */
async function sync(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false
    throw error
  }
}

/** Opened when the first piece is asked for, so that a blob that nobody reads holds no file open. */
async function* read(path: string): AsyncGenerator<Uint8Array> {
  const stream: AsyncIterable<Uint8Array> = createReadStream(path, { highWaterMark: 64 * 1024 })
  yield* stream
}
