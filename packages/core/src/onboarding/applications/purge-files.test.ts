import { beforeEach, describe, expect, it } from 'vitest'
import type { BlobName, BlobStore } from '../blobs/index.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import type { Services } from '../../platform/services.ts'
import { outcomeCode } from '../../test-fixtures/outcome-code.ts'
import { testServices } from '../../test-fixtures/services.ts'
import { createWalletUser } from './create-user.ts'
import { toPublicFileId, readFile } from './files.ts'
import type { WalletActor } from './wallet-actor.ts'
import { defaultFileLimits, type FileSettings, unusedFileTtlMs } from './file-settings.ts'
import { discardFiles, finalizeFile, stageFile } from './stage-file.ts'
import { purgeUnusedFiles } from './purge-files.ts'
import { fileQuotas, files, profiles } from './tables.ts'

const png = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(5000, 1)])

const actor: WalletActor = {
  tenant: 't',
  id: 'o'.repeat(43),
  source: '192.0.2.1',
  wallet: { publicKey: 'ab'.repeat(64), address: `0x${'1'.repeat(40)}` },
}

async function* of(...pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces
}

/** An in-memory blob store with failures on demand. */
function memoryBlobs() {
  const blobs = new Map<string, Uint8Array>()
  const failing = { put: false, remove: false }
  const store: BlobStore = {
    put: async ({ id }: BlobName, content) => {
      const pieces: Uint8Array[] = []
      for await (const piece of content) pieces.push(piece)
      blobs.set(id, Buffer.concat(pieces))
      if (failing.put) throw new Error('the disk is full')
    },
    get: async ({ id }) => {
      const blob = blobs.get(id)
      return blob === undefined ? undefined : of(blob)
    },
    remove: async ({ id }) => {
      if (failing.remove) throw new Error('the disk is gone')
      blobs.delete(id)
    },
  }
  return { store, blobs, failing }
}

describe('uploaded files', () => {
  let now: number
  let services: Services
  let memory: ReturnType<typeof memoryBlobs>
  let settings: FileSettings
  beforeEach(() => {
    now = Date.now()
    services = { ...testServices(), now: () => now }
    memory = memoryBlobs()
    settings = {
      ...defaultFileLimits,
      maxFilesPerWallet: 3,
      maxBytesPerWallet: 12_000,
      maxFileBytes: 6000,
      blobs: memory.store,
    }
  })
  const rows = () => services.storage.find(files)
  const storeFile = async () => {
    const staged = await stageFile(services, settings, actor, of(png))
    await finalizeFile(services, settings, staged)
    return staged
  }

  it('left by a crash before or after the blob was written are purged after a day', async () => {
    await stageFile(services, settings, actor, of(png))
    memory.failing.put = true
    memory.failing.remove = true
    await expect(stageFile(services, settings, actor, of(png))).rejects.toThrow('the disk is full')
    memory.failing.remove = false
    await services.storage.commit({ id: '00000000-0000-7000-8000-000000000000', writes: [] })
    expect(await rows()).toHaveLength(2)
    expect(memory.blobs.size).toBe(2)
    now += unusedFileTtlMs - 1000
    await purgeUnusedFiles(services, settings)
    // The one marked for removal is deleted at once; the one that may be in progress stays.
    expect((await rows()).map(({ state }) => state)).toEqual(['writing'])
    now += 2000
    await purgeUnusedFiles(services, settings)
    expect([await rows(), memory.blobs.size]).toEqual([[], 0])
    // The quota row of the wallet is deleted as well.
    expect(await services.storage.find(fileQuotas)).toEqual([])
  })

  it('are purged if unreferenced for a day, and stay if referenced', async () => {
    const unused = await storeFile()
    const used = await stageFile(services, settings, actor, of(png))
    await createWalletUser(
      services,
      { files: settings, login: {} },
      actor,
      { attributes: [] },
      { staged: [used], referenced: [] },
    )
    now += unusedFileTtlMs + 1
    await purgeUnusedFiles(services, settings)
    expect(await outcomeCode(readFile(services, settings, { tenant: 't' }, toPublicFileId(unused.id)))).toBe(
      'file.not-found',
    )
    expect(await readFile(services, settings, { tenant: 't' }, toPublicFileId(used.id))).toMatchObject({
      bytes: png.length,
    })
    expect(memory.blobs.size).toBe(1)
  })

  it('are purged across several batches in one call', async () => {
    settings = { ...settings, maxFilesPerWallet: 2000, maxBytesPerWallet: 1_000_000, maxFilesPerSourcePerHour: 2000 }
    for (let file = 0; file < 250; file++) {
      await finalizeFile(services, settings, await stageFile(services, settings, actor, of(png.subarray(0, 100))))
    }
    now += unusedFileTtlMs + 1
    await purgeUnusedFiles(services, settings)
    expect([(await rows()).length, memory.blobs.size]).toEqual([0, 0])
  })

  it('whose removal fails do not block the removal of others', async () => {
    settings = { ...settings, maxFilesPerWallet: 2000, maxBytesPerWallet: 1_000_000, maxFilesPerSourcePerHour: 2000 }
    for (let file = 0; file < 150; file++) {
      await finalizeFile(services, settings, await stageFile(services, settings, actor, of(png.subarray(0, 100))))
    }
    const stuck = new Set([...memory.blobs.keys()].slice(0, 120))
    const removable: BlobStore = {
      ...memory.store,
      remove: async (name) => {
        if (stuck.has(name.id)) throw new Error('the disk is gone')
        await memory.store.remove(name)
      },
    }
    now += unusedFileTtlMs + 1
    await purgeUnusedFiles(services, { ...settings, blobs: removable })
    expect(new Set(memory.blobs.keys())).toEqual(stuck)
  })

  it('cannot be finalized after their upload was purged', async () => {
    const staged = await stageFile(services, settings, actor, of(png))
    now += unusedFileTtlMs + 1
    await purgeUnusedFiles(services, settings)
    expect(await outcomeCode(finalizeFile(services, settings, staged))).toBe('file.limit-reached')
  })

  it('stay readable if discarded after they were finalized', async () => {
    const staged = await storeFile()
    await discardFiles(services, settings, [staged])
    expect(await readFile(services, settings, { tenant: 't' }, toPublicFileId(staged.id))).toMatchObject({
      bytes: png.length,
    })
  })

  it('are limited by count and by total size per wallet', async () => {
    await storeFile()
    await storeFile()
    // A third file is within the count limit, but exceeds 12,000 bytes.
    expect(await outcomeCode(storeFile())).toBe('file.limit-reached')
    expect(await services.storage.find(fileQuotas)).toMatchObject([{ files: 3, bytes: 10_016 }])
    expect(await outcomeCode(stageFile(services, settings, actor, of(png)))).toBe('file.limit-reached')
  })

  it('do not create a second user for a wallet that already has one', async () => {
    await createWalletUser(
      services,
      { files: settings, login: {} },
      actor,
      { attributes: [] },
      { staged: [], referenced: [] },
    )
    const staged = await stageFile(services, settings, actor, of(png))
    const second = createWalletUser(
      services,
      { files: settings, login: {} },
      actor,
      { attributes: [] },
      { staged: [staged], referenced: [] },
    )
    expect(await outcomeCode(second)).toBe('user.exists')
    expect(await services.storage.find(profiles)).toHaveLength(1)
  })

  it.each([
    ['too large', [png, Buffer.alloc(2000)], 'body.too-large'],
    ['of an unsupported type', [Buffer.from('hello, this is text')], 'file.unsupported-type'],
    ['empty', [], 'file.unsupported-type'],
    ['truncated', [png.subarray(0, 5)], 'file.unsupported-type'],
  ])('that are %s leave no row and no blob', async (_what, pieces, code) => {
    expect(await outcomeCode(stageFile(services, settings, actor, of(...pieces)))).toBe(code)
    expect([await rows(), memory.blobs.size]).toEqual([[], 0])
  })

  it('of an aborted upload leave no row and no blob, and the error is rethrown', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield png.subarray(0, 3000)
      throw new BillfoldError('request.closed')
    }
    expect(await outcomeCode(stageFile(services, settings, actor, broken()))).toBe('request.closed')
    expect([await rows(), memory.blobs.size]).toEqual([[], 0])
  })
})
