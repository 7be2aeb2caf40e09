import {
  batch,
  createBillfold,
  insert,
  localKeyring,
  newId,
  newKey,
  type Row,
  seal,
  type Storage,
  unseal,
  update,
} from '@billfold/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { everyStore, type OpenStore, tableNamed } from './stores.ts'

const identifiers = tableNamed('identifiers')
const keys = { k1: newKey(), k2: newKey() }
const old = localKeyring({ keys, currentKeyId: 'k1' })
const onlyNewest = localKeyring({ keys: { k2: keys.k2 }, currentKeyId: 'k2' })

const hostOver = (storage: Storage) => createBillfold({ storage, keyring: localKeyring({ keys, currentKeyId: 'k2' }) })

const placeOf = (id: string) => ({ tenant: 'default', table: 'identifiers', row: id, field: 'value' })

async function identifierRow(): Promise<Row> {
  const id = newId()
  const plain = { id, tenant: 'default', userId: newId(), kind: 'email', lookup: id, verifiedBy: null, createdAt: 1 }
  return { ...plain, sealedValue: await seal(old, Buffer.from('0'), placeOf(id)) }
}

async function addIdentifiers(storage: Storage, count: number): Promise<readonly string[]> {
  const rows = await Promise.all(Array.from({ length: count }, identifierRow))
  await storage.commit(batch(...rows.map((row) => insert(identifiers, row))))
  return rows.map(({ id }) => String(id))
}

async function valuesOf(storage: Storage): Promise<ReadonlyMap<string, string>> {
  const rows = await storage.find(identifiers)
  const opened = rows.map(async ({ id, sealedValue }) => {
    if (!(sealedValue instanceof Uint8Array)) throw new Error('there is a value')
    return [String(id), Buffer.from(await unseal(onlyNewest, sealedValue, placeOf(String(id)))).toString()] as const
  })
  return new Map(await Promise.all(opened))
}

for (const store of await everyStore()) {
  describe(`sealing again in ${store.name}`, () => {
    let open: OpenStore
    beforeAll(async () => (open = await store.open()))
    afterAll(() => open.drop())

    test('finds every value of an older key by its first bytes, a page at a time, once', async () => {
      const [storage] = open.storages
      const ids = await addIdentifiers(storage, 250)
      const host = hostOver(storage)
      expect((await host.keys.usage()).older).toMatchObject([{ id: 'k1', sealedValues: 250 }])
      const seen: number[] = []
      expect(await host.keys.reseal({ onProgress: ({ resealed }) => seen.push(resealed) })).toMatchObject({
        resealed: 250,
        unreadable: [],
      })
      expect(seen).toEqual([100, 200, 250])
      expect([...(await valuesOf(storage)).keys()].toSorted()).toEqual(ids.toSorted())
      expect(await host.keys.reseal()).toMatchObject({ resealed: 0 })
    })

    test('loses nothing that is rewritten between its reading and its writing', async () => {
      const [storage, other] = open.storages
      const [id = ''] = await addIdentifiers(storage, 1)
      const rewritten = await seal(localKeyring({ keys, currentKeyId: 'k2' }), Buffer.from('newer'), placeOf(id))
      const slow: Storage = {
        find: (table, query) => storage.find(table, query),
        commit: async (made) => {
          if (made.writes.some(({ kind, table }) => kind === 'update' && table === identifiers))
            await other.commit(batch(update(identifiers, { where: { id }, set: { sealedValue: rewritten } })))
          await storage.commit(made)
        },
      }
      await hostOver(slow).keys.reseal()
      expect((await valuesOf(storage)).get(id)).toBe('newer')
    })

    test('goes on while hosts rewrite values under the old key, and leaves each as they wrote it', async () => {
      const [storage, other] = open.storages
      const ids = await addIdentifiers(storage, 40)
      const host = hostOver(storage)
      const writing = new AbortController()
      const resealing = (async () => {
        while (!writing.signal.aborted) {
          await host.keys.reseal()
        }
      })()
      await Promise.all(
        ids.map(async (id) => {
          for (let value = 1; value <= 5; value++) {
            const sealedValue = await seal(old, Buffer.from(String(value)), placeOf(id))
            await other.commit(batch(update(identifiers, { where: { id }, set: { sealedValue } })))
          }
        }),
      )
      writing.abort()
      await resealing
      await host.keys.reseal()
      const values = await valuesOf(storage)
      expect(ids.map((id) => values.get(id))).toEqual(ids.map(() => '5'))
    })

    test('is done once by two who do it at the same time', async () => {
      const [storage, other] = open.storages
      const ids = await addIdentifiers(storage, 150)
      const [one, two] = await Promise.all([hostOver(storage).keys.reseal(), hostOver(other).keys.reseal()])
      expect([...one.unreadable, ...two.unreadable]).toEqual([])
      const values = await valuesOf(storage)
      expect(ids.map((id) => values.get(id))).toEqual(ids.map(() => '0'))
      expect((await hostOver(storage).audit.verify()).findings).toEqual([])
    })
  })
}
