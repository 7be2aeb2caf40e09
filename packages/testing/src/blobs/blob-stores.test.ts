import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { databaseBlobs, directoryBlobs, memoryStorage } from '@billfold/core'
import { expect, test } from 'vitest'
import { describeBlobStore } from './describe-blob-store.ts'

const freshDirectory = (): Promise<string> => mkdtemp(join(tmpdir(), 'billfold-blob-cases-'))

describeBlobStore('directoryBlobs', async () => {
  const directory = await freshDirectory()
  return {
    stores: [directoryBlobs(join(directory, 'in', 'it')), directoryBlobs(join(directory, 'in', 'it'))],
    close: () => rm(directory, { recursive: true }),
  }
})

describeBlobStore('databaseBlobs', async () => {
  const storage = memoryStorage()
  return { stores: [databaseBlobs(storage), databaseBlobs(storage)], close: async () => {} }
})

test('directoryBlobs writes files with mode 0600 and leaves none after a failed put', async () => {
  const directory = await freshDirectory()
  const store = directoryBlobs(directory)
  async function* content(fails: boolean): AsyncGenerator<Uint8Array> {
    yield Buffer.from('x')
    if (fails) throw new Error('stream failed')
  }
  await store.put({ tenant: 't', id: '00000000-0000-7000-8000-000000000001' }, content(false))
  await expect(store.put({ tenant: 't', id: '00000000-0000-7000-8000-000000000002' }, content(true))).rejects.toThrow(
    'stream failed',
  )
  const entries = await readdir(directory, { recursive: true })
  const modes = await Promise.all(entries.map(async (entry) => (await stat(join(directory, entry))).mode & 0o777))
  expect(new Set(modes)).toEqual(new Set([0o600, 0o700]))
  await expect(store.get({ tenant: 't', id: '../../etc/passwd' })).rejects.toThrow('UUID')
  await rm(directory, { recursive: true })
})

test('directoryBlobs rejects a removal while its directory does not exist', async () => {
  const parent = await freshDirectory()
  const name = { tenant: 't', id: '00000000-0000-7000-8000-000000000001' }
  const store = directoryBlobs(join(parent, 'files'))
  await expect(store.remove(name)).rejects.toThrow('does not exist')
  async function* content(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('x')
  }
  await store.put({ ...name, tenant: 'other' }, content())
  await store.remove(name)
  await rm(parent, { recursive: true })
})
