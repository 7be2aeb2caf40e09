import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import type { BlobName, BlobStore } from '@billfold/core'

/** A blob store under test: two instances over one store, as in two processes. */
export interface BlobStoreUnderTest {
  readonly stores: readonly [BlobStore, BlobStore]
  /** Deletes the store. */
  readonly close: () => Promise<void>
}

/** One requirement of the blob store contract. `run` rejects if the store violates it. */
export interface BlobStoreCase {
  readonly name: string
  readonly run: (stores: readonly [BlobStore, BlobStore]) => Promise<void>
}

const newName = (tenant = 'tenant'): BlobName => ({ tenant, id: randomUUID() })

async function* inPieces(bytes: Uint8Array, size = 60_000): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size)
}

async function read(store: BlobStore, name: BlobName): Promise<Buffer | undefined> {
  const content = await store.get(name)
  if (content === undefined) return undefined
  const pieces: Uint8Array[] = []
  for await (const piece of content) pieces.push(piece)
  return Buffer.concat(pieces)
}

/** The contract of {@link BlobStore}, one case per requirement. */
export const blobStoreCases: readonly BlobStoreCase[] = [
  ...[0, 1, 300_000, 1_000_003].map((length) => ({
    name: `returns a blob of ${length} bytes unchanged in every process`,
    run: async ([one, other]: readonly [BlobStore, BlobStore]) => {
      const name = newName()
      const bytes = randomBytes(length)
      await one.put(name, inPieces(bytes))
      assert.ok((await read(other, name))?.equals(bytes))
      assert.ok((await read(one, name))?.equals(bytes))
    },
  })),
  {
    name: 'returns undefined for an unknown blob',
    run: async ([store]) => {
      assert.equal(await store.get(newName()), undefined)
    },
  },
  {
    name: 'rejects with the error of a failed stream and returns undefined for its blob',
    run: async ([one, other]) => {
      const name = newName()
      const broken = async function* (): AsyncGenerator<Uint8Array> {
        yield* inPieces(randomBytes(700_000))
        throw new RangeError('stream failed')
      }
      await assert.rejects(one.put(name, broken()), RangeError)
      assert.equal(await other.get(name), undefined)
    },
  },
  {
    name: 'removes a blob in every process, and resolves for an unknown blob',
    run: async ([one, other]) => {
      const name = newName()
      await one.put(name, inPieces(randomBytes(10)))
      await other.remove(name)
      await other.remove(name)
      assert.equal(await one.get(name), undefined)
    },
  },
  {
    name: 'isolates tenants, with any characters in tenant names',
    run: async ([store]) => {
      const { id } = newName()
      const tenants = ['a', '../a', 'a/b', 'A', 'ü', 'a'.repeat(64)]
      await store.put({ tenant: 'a', id }, inPieces(Buffer.from('a')))
      for (const tenant of tenants.slice(1)) assert.equal(await store.get({ tenant, id }), undefined)
      for (const tenant of tenants.slice(1)) await store.remove({ tenant, id })
      assert.equal((await read(store, { tenant: 'a', id }))?.toString(), 'a')
      for (const tenant of tenants) {
        const name = newName(tenant)
        await store.put(name, inPieces(Buffer.from(tenant)))
        assert.equal((await read(store, name))?.toString(), tenant)
      }
    },
  },
  {
    name: 'applies backpressure to the stream',
    run: async ([store]) => {
      let ahead = 0
      const content = async function* (): AsyncGenerator<Uint8Array> {
        for (let index = 0; index < 20; index++) {
          assert.equal(ahead, 0)
          ahead++
          yield randomBytes(50_000)
          ahead--
        }
      }
      const name = newName()
      await store.put(name, content())
      assert.equal((await read(store, name))?.length, 1_000_000)
    },
  },
  {
    name: 'lets a reader stop before the end of a blob',
    run: async ([store]) => {
      const name = newName()
      await store.put(name, inPieces(randomBytes(1_000_000)))
      const content = await store.get(name)
      assert.ok(content !== undefined)
      for await (const piece of content) {
        assert.ok(piece.length > 0)
        break
      }
      await store.remove(name)
      assert.equal(await store.get(name), undefined)
    },
  },
]
