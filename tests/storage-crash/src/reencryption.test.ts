import { type Billfold, createBillfold, type Storage } from '@billfold/core'
import { batch, remove, update } from '@billfold/core/storage'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addIdentifiers, identifiers, keyring, openedValues, sealedFor } from './sealed-identifiers.ts'
import { addSessionValues, sessionValueCounts, sessionValues } from './sealed-session-values.ts'
import { everyStore, type OpenStore } from './stores.ts'

const hostOver = (storage: Storage): Billfold => createBillfold({ storage, keyring })

for (const store of await everyStore()) {
  describe(`sealing again in ${store.name}`, () => {
    let open: OpenStore
    beforeAll(async () => (open = await store.open()))
    afterAll(() => open.drop())

    test('finds every value of an older key by its first bytes, a page at a time, once', async () => {
      const [storage] = open.storages
      const ids = await addIdentifiers(storage, 250)
      const host = hostOver(storage)
      expect((await host.keys.usage()).olderKeys).toMatchObject([{ id: 'k1', sealedValues: 250 }])
      const seen: number[] = []
      expect(await host.keys.reencrypt({ onProgress: ({ reencrypted }) => seen.push(reencrypted) })).toMatchObject({
        reencrypted: 250,
        unreadable: [],
      })
      expect(seen).toEqual([100, 200, 250])
      expect([...(await openedValues(storage)).keys()].toSorted()).toEqual(ids.toSorted())
      expect(await host.keys.reencrypt()).toMatchObject({ reencrypted: 0 })
    })

    test('finds all that one session keeps, more of it than a page has', async () => {
      const [storage] = open.storages
      const ids = await addSessionValues(storage, 5, [
        'device-info',
        'result',
        'selfie',
        'templates',
        'of another version',
      ])
      const host = hostOver(storage)
      expect((await host.keys.usage()).olderKeys).toMatchObject([{ id: 'k1', sealedValues: 25 }])
      expect(await host.keys.reencrypt()).toMatchObject({ reencrypted: 25, unreadable: [] })
      expect((await host.keys.usage()).olderKeys).toMatchObject([{ id: 'k1', sealedValues: 0 }])
      expect(await sessionValueCounts(storage)).toEqual(new Map(ids.map((id) => [id, 5])))
      await storage.commit(batch(remove(sessionValues, { where: {}, expectedRows: 'any' })))
    })

    test('loses nothing that is rewritten between its reading and its writing', async () => {
      const [storage, other] = open.storages
      const [id = ''] = await addIdentifiers(storage, 1)
      const rewritten = await sealedFor(id, 'newer', keyring)
      const slow: Storage = {
        find: (table, query) => storage.find(table, query),
        commit: async (made) => {
          if (made.writes.some(({ kind, table }) => kind === 'update' && table === identifiers))
            await other.commit(batch(update(identifiers, { where: { id }, set: { sealedValue: rewritten } })))
          await storage.commit(made)
        },
      }
      await hostOver(slow).keys.reencrypt()
      expect((await openedValues(storage)).get(id)).toBe('newer')
    })

    test('goes on while hosts rewrite values under the old key, and leaves each as they wrote it', async () => {
      const [storage, other] = open.storages
      const ids = await addIdentifiers(storage, 40)
      const host = hostOver(storage)
      const writing = new AbortController()
      const resealing = (async () => {
        while (!writing.signal.aborted) {
          await host.keys.reencrypt()
        }
      })()
      await Promise.all(
        ids.map(async (id) => {
          for (let value = 1; value <= 5; value++) {
            const sealedValue = await sealedFor(id, String(value))
            await other.commit(batch(update(identifiers, { where: { id }, set: { sealedValue } })))
          }
        }),
      )
      writing.abort()
      await resealing
      await host.keys.reencrypt()
      const values = await openedValues(storage)
      expect(ids.map((id) => values.get(id))).toEqual(ids.map(() => '5'))
    })

    test('is done once by two who do it at the same time', async () => {
      const [storage, other] = open.storages
      const ids = await addIdentifiers(storage, 150)
      const [one, two] = await Promise.all([hostOver(storage).keys.reencrypt(), hostOver(other).keys.reencrypt()])
      expect([...one.unreadable, ...two.unreadable]).toEqual([])
      const values = await openedValues(storage)
      expect(ids.map((id) => values.get(id))).toEqual(ids.map(() => '0'))
      expect((await hostOver(storage).audit.verify()).findings).toEqual([])
    })
  })
}
