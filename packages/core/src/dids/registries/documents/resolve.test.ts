import { describe, expect, test } from 'vitest'
import type { DidRegistry, RegistryEvent } from '../registry.ts'
import { embeddedRegistry } from '../embedded/embedded-registry.ts'
import { createRegistryServices } from '../registry-services.ts'
import { resolveDid, type ResolveDidOptions } from './resolve.ts'

const address = '0xf3beac30c498d9e26865f34fcaa57dbb935b0d74'
const did = `did:spherity:${address}`
const event = (version: number, name: string, validTo: bigint): RegistryEvent => ({
  kind: 'attribute',
  version,
  name,
  value: Uint8Array.from(Buffer.from(name)),
  validTo,
})

/** Blocks 10, 20 (two events) and 30, one hundred seconds apart. */
const events: readonly RegistryEvent[] = [
  event(10, 'did/svc/One', 10_000n),
  event(20, 'did/svc/Two', 2500n),
  event(20, 'did/svc/Three', 10_000n),
  { kind: 'owner', version: 30, owner: `0x${'11'.repeat(20)}` },
]
const registry: DidRegistry = {
  ...embeddedRegistry(),
  getHistory: async () => ({
    events,
    getTimestamp: async (version) => (version > 40 ? undefined : version * 100),
  }),
}
const services = createRegistryServices({ now: () => 5_000_000 })
const resolve = (options?: ResolveDidOptions) => resolveDid(services, [registry], 'default', did, options)
const names = async (options: ResolveDidOptions): Promise<readonly string[]> =>
  (await resolve(options)).didDocument.service?.map(({ type }) => type) ?? []

describe('a version of a DID', () => {
  test('has the entries that were valid then, and names the next one', async () => {
    expect(await names({ versionId: 10 })).toEqual(['One'])
    expect(await names({ versionId: 15 })).toEqual(['One'])
    expect(await names({ versionId: 20 })).toEqual(['One', 'Two', 'Three'])
    expect(await names({ versionId: 30 })).toEqual(['One', 'Three'])
    const { didDocumentMetadata } = await resolve({ versionId: 15 })
    expect(didDocumentMetadata).toEqual({
      versionId: '10',
      updated: '1970-01-01T00:16:40Z',
      nextVersionId: '20',
      nextUpdate: '1970-01-01T00:33:20Z',
    })
  })

  test('by its time has the same entries', async () => {
    expect(await names({ versionTime: 999 })).toEqual([])
    expect(await names({ versionTime: 1000 })).toEqual(['One'])
    expect(await names({ versionTime: 1999 })).toEqual(['One'])
    expect(await names({ versionTime: 2000 })).toEqual(['One', 'Two', 'Three'])
    expect(await names({ versionTime: 2501 })).toEqual(['One', 'Three'])
    const { didDocumentMetadata } = await resolve({ versionTime: 500 })
    expect(didDocumentMetadata).toEqual({ nextVersionId: '10', nextUpdate: '1970-01-01T00:16:40Z' })
  })

  test('has the owner of its time, never a later one', async () => {
    const owner = async (options?: ResolveDidOptions): Promise<unknown> =>
      (await resolve(options)).didDocument.verificationMethod[0]?.blockchainAccountId
    expect(await owner({ versionId: 29 })).toMatch(/f3beac30/i)
    expect(await owner({ versionTime: 2999 })).toMatch(/f3beac30/i)
    expect(await owner()).toMatch(/1111/)
  })

  test('that does not exist yet is not found', async () => {
    await expect(resolve({ versionId: 41 })).rejects.toMatchObject({ code: 'did.unknown-version' })
  })

  test('before the first change has the document of a new DID', async () => {
    expect(await names({ versionId: 0 })).toEqual([])
    expect((await resolve({ versionId: 0 })).didDocumentMetadata).toMatchObject({ nextVersionId: '10' })
  })
})

test('a DID in another spelling has its own id, and names the form in which it is stored', async () => {
  const mixed = 'did:spherity:0xF3beAC30C498D9E26865F34fCAa57dBB935b0D74'
  const { didDocument, didDocumentMetadata } = await resolveDid(services, [registry], 'default', mixed)
  expect(didDocument.id).toBe(mixed)
  expect(didDocumentMetadata.canonicalId).toBe(did)
})
