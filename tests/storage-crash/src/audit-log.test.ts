import { type Billfold, createBillfold, localKeyring, newId, newKey, type Storage } from '@billfold/core'
import { batch, insert, remove, update, type Write } from '@billfold/core/storage'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { everyStore, type OpenStore, tableNamed } from './stores.ts'

const records = tableNamed('audit_records')
const links = tableNamed('audit_links')
const keys = { k1: newKey(), k2: newKey(), k3: newKey() }

function hostOver(storage: Storage, currentKeyId = 'k1', known: Readonly<Record<string, string>> = keys): Billfold {
  return createBillfold({ storage, keyring: localKeyring({ keys: known, currentKeyId }) })
}

function recordRow(at = Date.now(), change: Readonly<Record<string, string | null>> = {}) {
  const said = { action: 'licence.created', actor: 'host', subject: newId(), detail: null }
  return { id: newId(), tenant: 'default', at, ...said, link: null, ...change }
}

async function addRecords(storage: Storage, count: number): Promise<void> {
  for (let left = count; left > 0; left -= 500)
    await storage.commit(batch(...Array.from({ length: Math.min(left, 500) }, () => insert(records, recordRow()))))
}

for (const store of await everyStore()) {
  describe(`the audit trail in ${store.name}`, () => {
    let open: OpenStore
    let storage: Storage
    let host: Billfold
    beforeAll(async () => {
      open = await store.open()
      storage = open.storages[0]
      host = hostOver(storage)
    })
    beforeEach(() =>
      storage.commit(
        batch(remove(records, { where: {}, expectedRows: 'any' }), remove(links, { where: {}, expectedRows: 'any' })),
      ),
    )
    afterAll(() => open.drop())

    const intrude = (...writes: readonly Write[]): Promise<void> => storage.commit(batch(...writes))
    const findings = async (checkpoint?: { number: number; hash: string }) =>
      (await host.audit.verify(checkpoint === undefined ? {} : { checkpoint })).findings
    /** Three links of two records each. */
    const threeLinks = async (): Promise<string[]> => {
      for (let link = 0; link < 3; link++) {
        await addRecords(storage, 2)
        await host.audit.checkpoint()
      }
      return (
        await storage.find(records, {
          orderBy: [
            ['link', 'asc'],
            ['id', 'asc'],
          ],
        })
      ).map(({ id }) => String(id))
    }

    test('is sealed by maintain(), link by link, each once', async () => {
      await host.licences.create({ tag: 'a' })
      expect(await host.audit.verify()).toMatchObject({ links: 0, records: 0, hasUnlinkedRecords: true, findings: [] })
      await host.maintain()
      expect(await host.audit.verify()).toMatchObject({ links: 1, records: 1, hasUnlinkedRecords: false, findings: [] })
      await host.maintain()
      expect(await host.audit.checkpoint()).toEqual({ links: 0, records: 0 })
      expect(await host.audit.latestCheckpoint()).toMatchObject({
        number: 1,
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      })
    })

    test('seals more records than one link takes, and none twice', async () => {
      await addRecords(storage, 1_001)
      expect(await host.audit.checkpoint()).toEqual({ links: 3, records: 1_001 })
      expect(await host.audit.verify()).toMatchObject({ links: 3, records: 1_001, findings: [] })
    })

    test('misses no record that is committed late, with an older id', async () => {
      const late = recordRow()
      await threeLinks()
      await intrude(insert(records, late))
      expect(await host.audit.checkpoint()).toEqual({ links: 1, records: 1 })
      expect(await host.audit.verify()).toMatchObject({ links: 4, records: 7, findings: [] })
    })

    test('is one chain, whoever seals at once', { timeout: 60_000 }, async () => {
      const other = hostOver(open.storages[1], 'k2')
      for (let round = 0; round < 3; round++) {
        await addRecords(storage, 510)
        const sealed = await Promise.all([host, other, host, other].map(({ audit }) => audit.checkpoint()))
        expect(sealed.reduce((sum, { records: count }) => sum + count, 0)).toBe(510)
      }
      const seen = await host.audit.verify()
      expect(seen).toMatchObject({ records: 1_530, findings: [], hasUnlinkedRecords: false })
      const rows = await storage.find(links)
      expect(rows.map(({ number }) => number).toSorted((a, b) => Number(a) - Number(b))).toEqual(
        Array.from({ length: seen.links }, (_, index) => index + 1),
      )
    })

    test('goes on being whole while it is verified', async () => {
      await addRecords(storage, 600)
      const sealing = (async () => {
        for (let round = 0; round < 3; round++) {
          await addRecords(storage, 100)
          await host.audit.checkpoint()
        }
      })()
      for (let round = 0; round < 3; round++) expect(await findings()).toEqual([])
      await sealing
      expect(await host.audit.verify()).toMatchObject({ records: 900, findings: [] })
    })

    test.each(['tenant', 'act', 'actor', 'subject', 'detail'])(
      'tells a record whose %s was changed',
      async (column) => {
        const ids = await threeLinks()
        await intrude(update(records, { where: { id: ids[2] ?? '' }, set: { [column]: '{"x":1}' } }))
        expect(await findings()).toEqual([{ finding: 'record-changed', link: 2, record: ids[2] }])
      },
    )

    test('tells a record whose time was changed', async () => {
      const ids = await threeLinks()
      await intrude(update(records, { where: { id: ids[5] ?? '' }, set: { at: 1 } }))
      expect(await findings()).toEqual([{ finding: 'record-changed', link: 3, record: ids[5] }])
    })

    test('tells a record that was removed', async () => {
      const ids = await threeLinks()
      await intrude(remove(records, { where: { id: ids[0] ?? '' } }))
      expect(await findings()).toEqual([{ finding: 'record-removed', link: 1, record: ids[0] }])
    })

    test('tells a record that was added to a link', async () => {
      await threeLinks()
      const added = { ...recordRow(), link: 2 }
      const odd = { ...recordRow(), id: 'no uuid', link: 2 }
      await intrude(insert(records, added), insert(records, odd))
      expect(await findings()).toMatchObject([
        { finding: 'record-added', link: 2, record: added.id },
        { finding: 'record-added', link: 2 },
      ])
      await intrude(remove(records, { where: { link: 2, id: { in: [added.id, odd.id] } }, expectedRows: 'any' }))
      const nowhere = { ...recordRow(), link: -1 }
      await intrude(insert(records, nowhere))
      expect(await findings()).toEqual([{ finding: 'record-added', link: -1, record: nowhere.id }])
    })

    test('tells records that were moved to other links, or to none', async () => {
      const ids = await threeLinks()
      await intrude(update(records, { where: { id: ids[0] ?? '' }, set: { link: 2 } }))
      expect(await findings()).toEqual([
        { finding: 'record-changed', link: 1, record: ids[0] },
        { finding: 'record-added', link: 2, record: ids[0] },
      ])
      await intrude(update(records, { where: { id: ids[0] ?? '' }, set: { link: null } }))
      await host.audit.checkpoint()
      expect(await findings()).toEqual([{ finding: 'record-changed', link: 1, record: ids[0] }])
    })

    test('tells links that were put in another order', async () => {
      await threeLinks()
      const move = (from: number, to: number) => update(links, { where: { number: from }, set: { number: to } })
      await intrude(move(1, 9), move(2, 1), move(9, 2))
      const found = await findings()
      expect(found[0]).toEqual({ finding: 'link-changed', link: 1 })
      expect(found).toContainEqual({ finding: 'link-changed', link: 2 })
    })

    test('tells a link that was changed, with its records', async () => {
      await threeLinks()
      await intrude(update(links, { where: { number: 2 }, set: { at: 1 } }))
      expect(await findings()).toEqual([{ finding: 'link-changed', link: 2 }])
    })

    test('tells digests that were changed to fit', async () => {
      const ids = await threeLinks()
      const [link] = await storage.find(links, { where: { number: 2 } })
      const digests = link?.['digests']
      if (!(digests instanceof Uint8Array)) throw new Error('a link has digests')
      await intrude(
        update(links, { where: { number: 2 }, set: { digests: digests.subarray(0, 48), count: 1 } }),
        remove(records, { where: { id: ids[3] ?? '' } }),
      )
      expect(await findings()).toEqual([{ finding: 'link-changed', link: 2 }])
      await intrude(update(links, { where: { number: 2 }, set: { digests: null } }))
      expect((await findings())[0]).toEqual({ finding: 'link-changed', link: 2 })
    })

    test('tells a link that was removed, and the same with its records', async () => {
      await threeLinks()
      await intrude(remove(links, { where: { number: 2 } }))
      expect(await findings()).toEqual([{ finding: 'link-removed', link: 2 }])
      await intrude(remove(records, { where: { link: 2 }, expectedRows: 'any' }))
      expect(await findings()).toEqual([{ finding: 'link-removed', link: 2 }])
      await intrude(
        remove(links, { where: { number: 1 } }),
        remove(records, { where: { link: 1 }, expectedRows: 'any' }),
      )
      expect(await findings()).toEqual([{ finding: 'link-removed', link: 1 }])
    })

    test('tells an end that was cut off: by its records, and without them by the head that was kept', async () => {
      await threeLinks()
      const head = await host.audit.latestCheckpoint()
      expect(await findings(head)).toEqual([])
      await intrude(remove(links, { where: { number: 3 } }))
      expect(await findings()).toMatchObject([{ finding: 'link-removed', link: 3 }])
      await intrude(remove(records, { where: { link: 3 }, expectedRows: 'any' }))
      expect(await findings()).toEqual([])
      expect(await findings(head)).toEqual([{ finding: 'checkpoint-missing', link: 3 }])
      // And what is sealed in its place is not what was kept.
      await addRecords(storage, 1)
      await host.audit.checkpoint()
      expect(await findings(head)).toEqual([{ finding: 'checkpoint-mismatch', link: 3 }])
      await intrude(
        remove(links, { where: {}, expectedRows: 'any' }),
        remove(records, { where: {}, expectedRows: 'any' }),
      )
      expect(await findings(head)).toEqual([{ finding: 'checkpoint-missing', link: 3 }])
    })

    test('cannot be made anew without the keyring', async () => {
      await threeLinks()
      const forger = hostOver(storage, 'k1', { k1: newKey() })
      await intrude(
        remove(links, { where: {}, expectedRows: 'any' }),
        update(records, { where: {}, set: { link: null }, expectedRows: 'any' }),
      )
      await forger.audit.checkpoint()
      expect((await forger.audit.verify()).findings).toEqual([])
      expect((await findings())[0]).toEqual({ finding: 'link-changed', link: 1 })
      // Naming a key that nobody has does not help either.
      await intrude(update(links, { where: {}, set: { keyId: 'gone' }, expectedRows: 'any' }))
      expect(await findings()).toEqual([{ finding: 'link-untrusted', link: 1 }])
    })

    test('is not gone on with from a link that nobody vouches for, unless somebody trusts it by name', async () => {
      await threeLinks()
      await intrude(update(links, { where: { number: 3 }, set: { keyId: 'gone' } }))
      await addRecords(storage, 1)
      await expect(host.audit.checkpoint()).rejects.toMatchObject({ code: 'audit.chain-untrusted' })
      await expect(host.audit.prune({ before: Date.now() })).rejects.toMatchObject({ code: 'audit.chain-untrusted' })
      await host.maintain()
      expect(await findings()).toEqual([{ finding: 'link-untrusted', link: 3 }])
      const trustedCheckpoint = await host.audit.latestCheckpoint()
      await expect(
        host.audit.checkpoint({ trustedCheckpoint: { ...trustedCheckpoint, hash: 'ff'.repeat(32) } }),
      ).rejects.toMatchObject({
        code: 'audit.chain-untrusted',
      })
      expect(await host.audit.checkpoint({ trustedCheckpoint })).toEqual({ links: 1, records: 1 })
      await intrude(update(links, { where: { number: 4 }, set: { at: 1 } }))
      await addRecords(storage, 1)
      await host.audit.checkpoint({ trustedCheckpoint: await host.audit.latestCheckpoint() })
      expect(await findings()).toEqual([{ finding: 'link-changed', link: 4 }])
    })

    test('outlives the key that it was begun with, once a newer one has vouched for it', async () => {
      await threeLinks()
      const onlyNew = { k2: keys.k2 }
      expect((await hostOver(storage, 'k2', onlyNew).audit.verify()).findings).toEqual([
        { finding: 'link-untrusted', link: 1 },
      ])
      await addRecords(storage, 1)
      await hostOver(storage, 'k2').audit.checkpoint()
      const later = hostOver(storage, 'k2', onlyNew)
      expect((await later.audit.verify()).findings).toEqual([])
      await intrude(update(links, { where: { number: 2 }, set: { at: 1 } }))
      expect((await later.audit.verify()).findings).toEqual([{ finding: 'link-changed', link: 2 }])
    })

    test('forgets old records when it is told to, and says so, and cannot be told so by others', async () => {
      await threeLinks()
      const all = await host.audit.verify()
      expect(await host.audit.prune({ before: Date.now() - 60_000 })).toBe(0)
      await new Promise((resolve) => setTimeout(resolve, 5))
      const removed = await storage.find(links, { where: { number: 1 } })
      expect(await host.audit.prune({ before: Number(removed[0]?.['at']) + 1 })).toBeGreaterThanOrEqual(1)
      expect(await host.audit.prune({ before: Date.now() })).toBeGreaterThanOrEqual(3)
      await host.audit.checkpoint()
      expect(await host.audit.verify({ checkpoint: all.checkpoint })).toMatchObject({ findings: [], pruned: 6 })
      const { records: left } = await host.audit.search()
      expect(new Set(left.map(({ action }) => action))).toEqual(new Set(['audit.pruned']))
      // What was pruned does not come back.
      await intrude(insert(records, { ...recordRow(), link: 2 }))
      expect(await findings()).toMatchObject([{ finding: 'record-added', link: 2 }])
      await intrude(remove(records, { where: { link: 2 } }))
      // Nobody else can say that more was pruned.
      const { number } = await host.audit.latestCheckpoint()
      await intrude(
        update(links, { where: { number }, set: { prunedTo: number, digests: null } }),
        remove(records, { where: { link: number }, expectedRows: 'any' }),
      )
      expect(await findings()).toContainEqual({ finding: 'link-changed', link: number })
    })

    test('is whole when pruning was broken off between the mark and the removal', async () => {
      await threeLinks()
      const failing: Storage = {
        find: (table, query) => storage.find(table, query),
        commit: (made) =>
          made.writes.some(({ kind }) => kind === 'remove')
            ? Promise.reject(new Error('killed'))
            : storage.commit(made),
      }
      await new Promise((resolve) => setTimeout(resolve, 5))
      await expect(hostOver(failing).audit.prune({ before: Date.now() })).rejects.toThrow('killed')
      expect(await host.audit.verify()).toMatchObject({ findings: [], records: 6 })
      await host.audit.prune({ before: Date.now() - 60_000 })
      expect(await host.audit.verify()).toMatchObject({ findings: [], records: 0, pruned: 6 })
    })

    test('is not pruned on the word of a link that somebody has changed', async () => {
      await threeLinks()
      const [link] = await storage.find(links, { where: { number: 2 } })
      const yesterday = Date.now() - 24 * 60 * 60 * 1000
      await intrude(update(links, { where: { number: 2 }, set: { at: 1 } }))
      await expect(host.audit.prune({ before: yesterday })).rejects.toMatchObject({ code: 'audit.chain-untrusted' })
      await intrude(update(links, { where: { number: 2 }, set: { at: Number(link?.['at']) } }))
      expect(await host.audit.verify()).toMatchObject({ findings: [], records: 6, links: 3 })
    })

    test('is not pruned by what the newest link says, unless the keyring vouches for it', async () => {
      await threeLinks()
      for (const prunedTo of [2, 3, 1_000]) {
        await intrude(update(links, { where: { number: 3 }, set: { prunedTo } }))
        await expect(host.audit.prune({ before: 1 })).rejects.toMatchObject({ code: 'audit.chain-untrusted' })
      }
      await intrude(update(links, { where: { number: 3 }, set: { prunedTo: 0 } }))
      expect(await host.audit.verify()).toMatchObject({ findings: [], records: 6 })
    })

    test('is pruned where the key of a link has left, if the links after it say that it is as it was', async () => {
      await threeLinks()
      await addRecords(storage, 1)
      await hostOver(storage, 'k2').audit.checkpoint()
      const later = hostOver(storage, 'k2', { k2: keys.k2 })
      const [link] = await storage.find(links, { where: { number: 2 } })
      for (const set of [{ at: 1 }, { at: 1, keyId: 'gone' }]) {
        await intrude(update(links, { where: { number: 2 }, set }))
        await expect(later.audit.prune({ before: 1_000 })).rejects.toMatchObject({ code: 'audit.chain-untrusted' })
      }
      await intrude(update(links, { where: { number: 2 }, set: { at: Number(link?.['at']), keyId: 'k1' } }))
      expect(await later.audit.verify()).toMatchObject({ findings: [], records: 7 })
      await new Promise((resolve) => setTimeout(resolve, 5))
      expect(await later.audit.prune({ before: Number(link?.['at']) + 1 })).toBeGreaterThanOrEqual(2)
      expect((await later.audit.verify()).findings).toEqual([])
    })

    test('takes from a link that it follows on trust no word of what was pruned', async () => {
      await threeLinks()
      await new Promise((resolve) => setTimeout(resolve, 5))
      const [first] = await storage.find(links, { where: { number: 1 } })
      const prunedTo = await host.audit.prune({ before: Number(first?.['at']) + 1 })
      await host.audit.checkpoint()
      const { number } = await host.audit.latestCheckpoint()
      for (const forged of [number - 1, number, number + 5]) {
        await addRecords(storage, 1)
        await host.audit.checkpoint()
        const newest = await host.audit.latestCheckpoint()
        await intrude(update(links, { where: { number: newest.number }, set: { prunedTo: forged } }))
        await addRecords(storage, 1)
        expect(await host.audit.checkpoint({ trustedCheckpoint: await host.audit.latestCheckpoint() })).toMatchObject({
          links: 1,
        })
        expect(await host.audit.prune({ before: 1 })).toBe(prunedTo)
        expect(await findings()).toContainEqual({ finding: 'link-changed', link: newest.number })
      }
      expect((await findings()).every(({ finding }) => finding === 'link-changed')).toBe(true)
    })

    test('tells a link that says its own records were pruned, whoever made it', async () => {
      await threeLinks()
      await intrude(update(links, { where: { number: 3 }, set: { keyId: 'gone', prunedTo: 3 } }))
      expect(await findings()).toEqual([{ finding: 'link-changed', link: 3 }])
    })

    test('is searched by who, what, to what and when, a page at a time, by tenant', async () => {
      await addRecords(storage, 5)
      const odd = recordRow(1_000, {
        actor: 'somebody',
        action: 'wallet.signed',
        subject: 'w1',
        detail: '{"type":"MESSAGE"}',
      })
      await intrude(insert(records, odd), insert(records, recordRow(1_000, { tenant: 'other' })))
      expect((await host.audit.search()).records).toHaveLength(6)
      expect((await host.audit.search({ tenant: 'other' })).records).toHaveLength(1)
      const expected = [{ id: odd.id, at: 1_000, detail: { type: 'MESSAGE' }, link: null }]
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
      await intrude(update(records, { where: { id: odd.id }, set: { detail: 'not json' } }))
      expect((await host.audit.search({ subject: 'w1' })).records).toMatchObject([
        { detail: { unreadable: 'not json' } },
      ])
    })
  })
}
