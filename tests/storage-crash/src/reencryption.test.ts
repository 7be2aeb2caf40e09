import { type Billfold, createBillfold, type Storage } from '@billfold/core'
import { batch, remove, update } from '@billfold/core/storage'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addIdentifiers, identifiers, keyring, decryptedValues, sealValue } from './sealed-identifiers.ts'
import { addSessionValues, sessionValueCounts, sessionValues } from './sealed-session-values.ts'
import { listStores, type ConnectedStore } from './stores.ts'

const createHost = (storage: Storage): Billfold => createBillfold({ storage, keyring })

for (const store of await listStores()) {
  describe(`re-encryption in ${store.name}`, () => {
    let open: ConnectedStore
    beforeAll(async () => (open = await store.create()))
    afterAll(() => open.drop())

    test('re-encrypts every value under an older key once, in pages', async () => {
      const [storage] = open.storages
      const ids = await addIdentifiers(storage, 250)
      const host = createHost(storage)
      expect((await host.keys.usage()).olderKeys).toMatchObject([{ id: 'k1', sealedValues: 250 }])
      const seen: number[] = []
      expect(await host.keys.reencrypt({ onProgress: ({ reencrypted }) => seen.push(reencrypted) })).toMatchObject({
        reencrypted: 250,
        unreadable: [],
      })
      expect(seen).toEqual([100, 200, 250])
      expect([...(await decryptedValues(storage)).keys()].toSorted()).toEqual(ids.toSorted())
      expect(await host.keys.reencrypt()).toMatchObject({ reencrypted: 0 })
    })

    test('re-encrypts all values of a session across pages', async () => {
      const [storage] = open.storages
      const ids = await addSessionValues(storage, 5, [
        'device-info',
        'result',
        'selfie',
        'templates',
        'of-another-version',
      ])
      const host = createHost(storage)
      expect((await host.keys.usage()).olderKeys).toMatchObject([{ id: 'k1', sealedValues: 25 }])
      expect(await host.keys.reencrypt()).toMatchObject({ reencrypted: 25, unreadable: [] })
      expect((await host.keys.usage()).olderKeys).toMatchObject([{ id: 'k1', sealedValues: 0 }])
      expect(await sessionValueCounts(storage)).toEqual(new Map(ids.map((id) => [id, 5])))
      await storage.commit(batch(remove(sessionValues, { where: {}, expectedRows: 'any' })))
    })

    test('preserves a value that is rewritten between its read and its write', async () => {
      const [storage, other] = open.storages
      const [id = ''] = await addIdentifiers(storage, 1)
      const rewritten = await sealValue(id, 'newer', keyring)
      const slow: Storage = {
        find: (table, query) => storage.find(table, query),
        commit: async (made) => {
          if (made.writes.some(({ kind, table }) => kind === 'update' && table === identifiers))
            await other.commit(batch(update(identifiers, { where: { id }, set: { sealedValue: rewritten } })))
          await storage.commit(made)
        },
      }
      await createHost(slow).keys.reencrypt()
      expect((await decryptedValues(storage)).get(id)).toBe('newer')
    })

    test('preserves values that hosts rewrite under the old key meanwhile', async () => {
      const [storage, other] = open.storages
      const ids = await addIdentifiers(storage, 40)
      const host = createHost(storage)
      const writing = new AbortController()
      const reencrypting = (async () => {
        while (!writing.signal.aborted) {
          await host.keys.reencrypt()
        }
      })()
      await Promise.all(
        ids.map(async (id) => {
          for (let value = 1; value <= 5; value++) {
            const sealedValue = await sealValue(id, String(value))
            await other.commit(batch(update(identifiers, { where: { id }, set: { sealedValue } })))
          }
        }),
      )
      writing.abort()
      await reencrypting
      await host.keys.reencrypt()
      const values = await decryptedValues(storage)
      expect(ids.map((id) => values.get(id))).toEqual(ids.map(() => '5'))
    })

    test('re-encrypts each value once when run twice at the same time', async () => {
      const [storage, other] = open.storages
      const ids = await addIdentifiers(storage, 150)
      const [one, two] = await Promise.all([createHost(storage).keys.reencrypt(), createHost(other).keys.reencrypt()])
      expect([...one.unreadable, ...two.unreadable]).toEqual([])
      const values = await decryptedValues(storage)
      expect(ids.map((id) => values.get(id))).toEqual(ids.map(() => '0'))
      expect((await createHost(storage).audit.verify()).findings).toEqual([])
    })
  })
}
