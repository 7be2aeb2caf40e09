import { beforeEach, describe, expect, it } from 'vitest'
import type { BlobName, BlobStore } from '../blobs/index.ts'
import { BillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import { codeOf } from '../test-fixtures/code-of.ts'
import { testServices } from '../test-fixtures/services.ts'
import { createWalletUser } from './create-user.ts'
import { publicFileId, readFile } from './files.ts'
import type { WalletActor } from './owner.ts'
import { fileDefaults, type FileSettings, unusedFileLife } from './settings.ts'
import { discardFiles, keepFile, stageFile } from './stage-file.ts'
import { sweepFiles } from './sweep-files.ts'
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

/** Blobs in memory, and what goes wrong with them. */
function memoryBlobs() {
  const kept = new Map<string, Uint8Array>()
  const trouble = { put: false, remove: false }
  const store: BlobStore = {
    put: async ({ id }: BlobName, content) => {
      const pieces: Uint8Array[] = []
      for await (const piece of content) pieces.push(piece)
      kept.set(id, Buffer.concat(pieces))
      if (trouble.put) throw new Error('the disk is full')
    },
    get: async ({ id }) => {
      const blob = kept.get(id)
      return blob === undefined ? undefined : of(blob)
    },
    remove: async ({ id }) => {
      if (trouble.remove) throw new Error('the disk is gone')
      kept.delete(id)
    },
  }
  return { store, kept, trouble }
}

describe('files', () => {
  let now: number
  let services: Services
  let blobs: ReturnType<typeof memoryBlobs>
  let settings: FileSettings
  beforeEach(() => {
    now = Date.now()
    services = { ...testServices(), now: () => now }
    blobs = memoryBlobs()
    settings = { ...fileDefaults, walletFiles: 3, walletBytes: 12_000, fileBytes: 6000, blobs: blobs.store }
  })
  const rows = () => services.storage.find(files)
  const kept = async () => {
    const staged = await stageFile(services, settings, actor, of(png))
    await keepFile(services, settings, staged)
    return staged
  }

  it('whose process died before the blob, or between the blob and the row, are swept after a day', async () => {
    await stageFile(services, settings, actor, of(png))
    blobs.trouble.put = true
    blobs.trouble.remove = true
    await expect(stageFile(services, settings, actor, of(png))).rejects.toThrow('the disk is full')
    blobs.trouble.remove = false
    await services.storage.commit({ id: '00000000-0000-7000-8000-000000000000', writes: [] })
    expect(await rows()).toHaveLength(2)
    expect(blobs.kept.size).toBe(2)
    now += unusedFileLife - 1000
    await sweepFiles(services, settings)
    // The one that was condemned goes at once; the one that may still be written stays.
    expect((await rows()).map(({ state }) => state)).toEqual(['writing'])
    now += 2000
    await sweepFiles(services, settings)
    expect([await rows(), blobs.kept.size]).toEqual([[], 0])
    // Nor is the wallet remembered that sent them.
    expect(await services.storage.find(fileQuotas)).toEqual([])
  })

  it('that nothing refers to for a day are swept, and those that something does are not', async () => {
    const unused = await kept()
    const used = await stageFile(services, settings, actor, of(png))
    await createWalletUser(services, settings, actor, { attributes: [] }, { staged: [used], used: [] })
    now += unusedFileLife + 1
    await sweepFiles(services, settings)
    expect(await codeOf(readFile(services, settings, { tenant: 't' }, publicFileId(unused.id)))).toBe('file.unknown')
    expect(await readFile(services, settings, { tenant: 't' }, publicFileId(used.id))).toMatchObject({
      bytes: png.length,
    })
    expect(blobs.kept.size).toBe(1)
  })

  it('that many wallets have left are all swept in one go', async () => {
    settings = { ...settings, walletFiles: 2000, walletBytes: 1_000_000, sourceFiles: 2000 }
    for (let file = 0; file < 250; file++) {
      await keepFile(services, settings, await stageFile(services, settings, actor, of(png.subarray(0, 100))))
    }
    now += unusedFileLife + 1
    await sweepFiles(services, settings)
    expect([(await rows()).length, blobs.kept.size]).toEqual([0, 0])
  })

  it('that cannot be removed hold up no others', async () => {
    settings = { ...settings, walletFiles: 2000, walletBytes: 1_000_000, sourceFiles: 2000 }
    for (let file = 0; file < 150; file++) {
      await keepFile(services, settings, await stageFile(services, settings, actor, of(png.subarray(0, 100))))
    }
    const stuck = new Set([...blobs.kept.keys()].slice(0, 120))
    const removable: BlobStore = {
      ...blobs.store,
      remove: async (name) => {
        if (stuck.has(name.id)) throw new Error('the disk is gone')
        await blobs.store.remove(name)
      },
    }
    now += unusedFileLife + 1
    await sweepFiles(services, { ...settings, blobs: removable })
    expect(new Set(blobs.kept.keys())).toEqual(stuck)
  })

  it('are kept by nobody whose upload was swept meanwhile', async () => {
    const staged = await stageFile(services, settings, actor, of(png))
    now += unusedFileLife + 1
    await sweepFiles(services, settings)
    expect(await codeOf(keepFile(services, settings, staged))).toBe('file.too-many')
  })

  it('that are kept after all lose nothing when they are discarded', async () => {
    const staged = await kept()
    await discardFiles(services, settings, [staged])
    expect(await readFile(services, settings, { tenant: 't' }, publicFileId(staged.id))).toMatchObject({
      bytes: png.length,
    })
  })

  it('are as many, and as many bytes, as a wallet may keep', async () => {
    await kept()
    await kept()
    // A third is one file fewer than three, but more bytes than 12,000.
    expect(await codeOf(kept())).toBe('file.too-many')
    expect(await services.storage.find(fileQuotas)).toMatchObject([{ files: 3, bytes: 10_016 }])
    expect(await codeOf(stageFile(services, settings, actor, of(png)))).toBe('file.too-many')
  })

  it('of a wallet that has a user already are discarded, with the row of the second user', async () => {
    await createWalletUser(services, settings, actor, { attributes: [] }, { staged: [], used: [] })
    const staged = await stageFile(services, settings, actor, of(png))
    const second = createWalletUser(services, settings, actor, { attributes: [] }, { staged: [staged], used: [] })
    expect(await codeOf(second)).toBe('user.exists')
    expect(await services.storage.find(profiles)).toHaveLength(1)
  })

  it.each([
    ['that are too large', [png, Buffer.alloc(2000)], 'body.too-large'],
    ['of no type that is taken', [Buffer.from('hello, this is text')], 'file.unsupported-type'],
    ['that are empty', [], 'file.unsupported-type'],
    ['that are cut short', [png.subarray(0, 5)], 'file.unsupported-type'],
  ])('%s leave nothing', async (_what, pieces, code) => {
    expect(await codeOf(stageFile(services, settings, actor, of(...pieces)))).toBe(code)
    expect([await rows(), blobs.kept.size]).toEqual([[], 0])
  })

  it('whose client goes away leave nothing, and its error is told', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield png.subarray(0, 3000)
      throw new BillfoldError('request.closed')
    }
    expect(await codeOf(stageFile(services, settings, actor, broken()))).toBe('request.closed')
    expect([await rows(), blobs.kept.size]).toEqual([[], 0])
  })
})
