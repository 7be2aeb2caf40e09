import { type Billfold, createBillfold, localKeyring, newId, newKey, type Storage } from '@billfold/core'
import { batch, insert, remove, update } from '@billfold/core/storage'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { listStores, type ConnectedStore, getTable } from './stores.ts'

const records = getTable('audit_records')
const links = getTable('audit_links')
const keys = { k1: newKey(), k2: newKey(), k3: newKey() }

function createHost(storage: Storage, currentKeyId = 'k1', known: Readonly<Record<string, string>> = keys): Billfold {
  return createBillfold({ storage, keyring: localKeyring({ keys: known, currentKeyId }) })
}

function recordRow(at = Date.now(), change: Readonly<Record<string, string | null>> = {}) {
  const common = { action: 'licence.created', actor: 'host', subject: newId(), detail: null }
  return { id: newId(), tenant: 'default', at, ...common, link: null, ...change }
}

async function addRecords(storage: Storage, count: number): Promise<void> {
  for (let remaining = count; remaining > 0; remaining -= 500)
    await storage.commit(batch(...Array.from({ length: Math.min(remaining, 500) }, () => insert(records, recordRow()))))
}

for (const store of await listStores()) {
  describe(`the search of the audit log in ${store.name}`, () => {
    let open: ConnectedStore
    let storage: Storage
    let host: Billfold
    beforeAll(async () => {
      open = await store.create()
      storage = open.storages[0]
      host = createHost(storage)
    })
    beforeEach(() =>
      storage.commit(
        batch(remove(records, { where: {}, expectedRows: 'any' }), remove(links, { where: {}, expectedRows: 'any' })),
      ),
    )
    afterAll(() => open.drop())

    test('filters by actor, action, subject, time and tenant, in pages', async () => {
      await addRecords(storage, 5)
      const unusual = recordRow(1_000, {
        actor: 'somebody',
        action: 'wallet.signed',
        subject: 'w1',
        detail: '{"type":"MESSAGE"}',
      })
      await storage.commit(batch(insert(records, unusual), insert(records, recordRow(1_000, { tenant: 'other' }))))
      expect((await host.audit.search()).records).toHaveLength(6)
      expect((await host.audit.search({ tenant: 'other' })).records).toHaveLength(1)
      const expected = [{ id: unusual.id, at: 1_000, detail: { type: 'MESSAGE' }, link: null }]
      for (const query of [
        { actor: 'somebody' },
        { action: 'wallet.signed' },
        { subject: 'w1' },
        { to: 2_000 },
      ] as const)
        expect((await host.audit.search(query)).records).toMatchObject(expected)
      expect((await host.audit.search({ from: 1_001, to: 2_000 })).records).toEqual([])
      const first = await host.audit.search({ limit: 4 })
      const second = await host.audit.search({ limit: 4, after: first.next ?? '' })
      expect(second.next).toBeUndefined()
      expect(new Set([...first.records, ...second.records].map(({ id }) => id)).size).toBe(6)
      await expect(host.audit.search({ limit: 0 })).rejects.toMatchObject({ code: 'input.invalid' })
      await storage.commit(batch(update(records, { where: { id: unusual.id }, set: { detail: 'not json' } })))
      expect((await host.audit.search({ subject: 'w1' })).records).toMatchObject([
        { detail: { unreadable: 'not json' } },
      ])
    })
  })
}
