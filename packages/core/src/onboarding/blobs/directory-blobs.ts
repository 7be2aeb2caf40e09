import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { access, mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { BlobName, BlobStore } from './blob-store.ts'

/**
 * Creates a blob store in a directory. The directory is created on the first `put`, with mode 0700. Each blob is one file, written to a
 * temporary name, synced and renamed; processes may share the directory. `remove` rejects while the directory does not exist, because a
 * wrong path would otherwise look like a successful removal.
 *
 * @param directory absolute path, or relative to the working directory
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
      const { folder, file, temporary } = toPaths(directory, name)
      await mkdir(folder, { recursive: true, mode: 0o700 })
      try {
        await write(temporary, content)
        await rename(temporary, file)
      } catch (error) {
        await rm(temporary, { force: true })
        throw error
      }
      await sync(folder)
    },
    get: async (name) => {
      const { file } = toPaths(directory, name)
      return (await exists(file)) ? read(file) : undefined
    },
    remove: async (name) => {
      const { file, temporary } = toPaths(directory, name)
      // A missing directory points to a wrong path: resolving would make the caller delete its record of the blob.
      if (!(await exists(directory))) throw new Error(`Blob directory does not exist: ${directory}`)
      await rm(temporary, { force: true })
      await rm(file, { force: true })
    },
  }
}

interface Paths {
  readonly folder: string
  readonly file: string
  readonly temporary: string
}

function toPaths(directory: string, { tenant, id }: BlobName): Paths {
  if (!/^[0-9a-f-]{36}$/.test(id)) throw new RangeError(`Blob id is not a UUID: ${id.slice(0, 64)}`)
  const folder = join(directory, createHash('sha256').update(tenant).digest('hex').slice(0, 32))
  const file = join(folder, id)
  return { folder, file, temporary: `${file}.part` }
}

async function write(path: string, content: AsyncIterable<Uint8Array>): Promise<void> {
  const handle = await open(path, 'wx', 0o600)
  try {
    for await (const chunk of content) await handle.writeFile(chunk)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Syncs the directory entry: a rename is durable only once its directory is synced. */
async function sync(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false
    throw error
  }
}

/** Opens the file lazily, so that an unread blob holds no file descriptor. */
async function* read(path: string): AsyncGenerator<Uint8Array> {
  const stream: AsyncIterable<Uint8Array> = createReadStream(path, { highWaterMark: 64 * 1024 })
  yield* stream
}
