import { type Billfold, createBillfold, localKeyring, newId, newKey, type Storage } from '@billfold/core'
import { batch, insert, remove, update, type Write } from '@billfold/core/storage'
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
  describe(`the audit log in ${store.name}`, () => {
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

    const intrude = (...writes: readonly Write[]): Promise<void> => storage.commit(batch(...writes))
    const findings = async (checkpoint?: { number: number; hash: string }) =>
      (await host.audit.verify(checkpoint === undefined ? {} : { checkpoint })).findings
    /** Creates three links of two records each. Returns the ids of the records. */
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

    test('is checkpointed by maintain(), each record once', async () => {
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

    test('is verified from the point where an interrupted verification stopped', async () => {
      const [first = '', , , , fifth = ''] = await threeLinks()
      const seen: { number: number; hash: string }[] = []
      const interrupted = host.audit.verify({
        onProgress: ({ links: done, checkpoint }) => {
          seen.push(checkpoint)
          if (done === 2) throw new Error('killed')
        },
      })
      await expect(interrupted).rejects.toThrow('killed')
      await intrude(
        update(records, { where: { id: first }, set: { actor: 'a' } }),
        update(records, { where: { id: fifth }, set: { actor: 'b' } }),
      )
      const [one, two] = seen
      if (one === undefined || two === undefined) throw new Error('no progress')
      expect(await host.audit.verify({ from: two })).toMatchObject({
        links: 1,
        findings: [{ finding: 'record-changed', link: 3, record: fifth }],
      })
      expect((await host.audit.verify({ from: { ...two, hash: one.hash } })).findings).toContainEqual({
        finding: 'checkpoint-mismatch',
        link: 2,
      })
      expect((await host.audit.verify({ from: { number: 9, hash: one.hash } })).findings).toContainEqual({
        finding: 'checkpoint-missing',
        link: 9,
      })
    })

    test('spreads more records than one link holds over several links', async () => {
      await addRecords(storage, 1_001)
      expect(await host.audit.checkpoint()).toEqual({ links: 3, records: 1_001 })
      expect(await host.audit.verify()).toMatchObject({ links: 3, records: 1_001, findings: [] })
    })

    test('includes a record with an older id that is committed late', async () => {
      const late = recordRow()
      await threeLinks()
      await intrude(insert(records, late))
      expect(await host.audit.checkpoint()).toEqual({ links: 1, records: 1 })
      expect(await host.audit.verify()).toMatchObject({ links: 4, records: 7, findings: [] })
    })

    test('stays one chain when several hosts checkpoint at the same time', { timeout: 300_000 }, async () => {
      const other = createHost(open.storages[1], 'k2')
      for (let round = 0; round < 3; round++) {
        await addRecords(storage, 510)
        const checkpointed = await Promise.all([host, other, host, other].map(({ audit }) => audit.checkpoint()))
        expect(checkpointed.reduce((sum, { records: count }) => sum + count, 0)).toBe(510)
      }
      const seen = await host.audit.verify()
      expect(seen).toMatchObject({ records: 1_530, findings: [], hasUnlinkedRecords: false })
      const rows = await storage.find(links)
      expect(rows.map(({ number }) => number).toSorted((a, b) => Number(a) - Number(b))).toEqual(
        Array.from({ length: seen.links }, (_, index) => index + 1),
      )
    })

    test('verifies while it is being checkpointed', async () => {
      await addRecords(storage, 600)
      const checkpointing = (async () => {
        for (let round = 0; round < 3; round++) {
          await addRecords(storage, 100)
          await host.audit.checkpoint()
        }
      })()
      for (let round = 0; round < 3; round++) expect(await findings()).toEqual([])
      await checkpointing
      expect(await host.audit.verify()).toMatchObject({ records: 900, findings: [] })
    })

    test.each(['tenant', 'action', 'actor', 'subject', 'detail'])(
      'reports a record whose %s was changed',
      async (column) => {
        const ids = await threeLinks()
        await intrude(update(records, { where: { id: ids[2] ?? '' }, set: { [column]: '{"x":1}' } }))
        expect(await findings()).toEqual([{ finding: 'record-changed', link: 2, record: ids[2] }])
      },
    )

    test('reports a record whose time was changed', async () => {
      const ids = await threeLinks()
      await intrude(update(records, { where: { id: ids[5] ?? '' }, set: { at: 1 } }))
      expect(await findings()).toEqual([{ finding: 'record-changed', link: 3, record: ids[5] }])
    })

    test('reports a record that was removed', async () => {
      const ids = await threeLinks()
      await intrude(remove(records, { where: { id: ids[0] ?? '' } }))
      expect(await findings()).toEqual([{ finding: 'record-removed', link: 1, record: ids[0] }])
    })

    test('reports a record that was added to a link', async () => {
      await threeLinks()
      const added = { ...recordRow(), link: 2 }
      const unusual = { ...recordRow(), id: 'no uuid', link: 2 }
      await intrude(insert(records, added), insert(records, unusual))
      expect(await findings()).toMatchObject([
        { finding: 'record-added', link: 2, record: added.id },
        { finding: 'record-added', link: 2 },
      ])
      await intrude(remove(records, { where: { link: 2, id: { in: [added.id, unusual.id] } }, expectedRows: 'any' }))
      const nowhere = { ...recordRow(), link: -1 }
      await intrude(insert(records, nowhere))
      expect(await findings()).toEqual([{ finding: 'record-added', link: -1, record: nowhere.id }])
    })

    test('reports records that were moved to another link or to none', async () => {
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

    test('reports links that were reordered', async () => {
      await threeLinks()
      const move = (from: number, to: number) => update(links, { where: { number: from }, set: { number: to } })
      await intrude(move(1, 9), move(2, 1), move(9, 2))
      const found = await findings()
      expect(found[0]).toEqual({ finding: 'link-changed', link: 1 })
      expect(found).toContainEqual({ finding: 'link-changed', link: 2 })
    })

    test('reports a link that was changed, with its records unchanged', async () => {
      await threeLinks()
      await intrude(update(links, { where: { number: 2 }, set: { at: 1 } }))
      expect(await findings()).toEqual([{ finding: 'link-changed', link: 2 }])
    })

    test('reports digests that were changed to match removed records', async () => {
      const ids = await threeLinks()
      const [link] = await storage.find(links, { where: { number: 2 } })
      const digests = link?.['digests']
      if (!(digests instanceof Uint8Array)) throw new Error('a link has digests')
      await intrude(
        update(links, { where: { number: 2 }, set: { digests: digests.subarray(0, 48), recordCount: 1 } }),
        remove(records, { where: { id: ids[3] ?? '' } }),
      )
      expect(await findings()).toEqual([{ finding: 'link-changed', link: 2 }])
      await intrude(update(links, { where: { number: 2 }, set: { digests: null } }))
      expect((await findings())[0]).toEqual({ finding: 'link-changed', link: 2 })
    })

    test('reports a link that was removed, with or without its records', async () => {
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

    test('reports a truncated chain, by its records or by a stored checkpoint', async () => {
      await threeLinks()
      const storedCheckpoint = await host.audit.latestCheckpoint()
      expect(await findings(storedCheckpoint)).toEqual([])
      await intrude(remove(links, { where: { number: 3 } }))
      expect(await findings()).toMatchObject([{ finding: 'link-removed', link: 3 }])
      await intrude(remove(records, { where: { link: 3 }, expectedRows: 'any' }))
      expect(await findings()).toEqual([])
      expect(await findings(storedCheckpoint)).toEqual([{ finding: 'checkpoint-missing', link: 3 }])
      // A new link in its place does not match the stored checkpoint.
      await addRecords(storage, 1)
      await host.audit.checkpoint()
      expect(await findings(storedCheckpoint)).toEqual([{ finding: 'checkpoint-mismatch', link: 3 }])
      await intrude(
        remove(links, { where: {}, expectedRows: 'any' }),
        remove(records, { where: {}, expectedRows: 'any' }),
      )
      expect(await findings(storedCheckpoint)).toEqual([{ finding: 'checkpoint-missing', link: 3 }])
    })

    test('cannot be recreated without the keyring', async () => {
      await threeLinks()
      const forger = createHost(storage, 'k1', { k1: newKey() })
      await intrude(
        remove(links, { where: {}, expectedRows: 'any' }),
        update(records, { where: {}, set: { link: null }, expectedRows: 'any' }),
      )
      await forger.audit.checkpoint()
      expect((await forger.audit.verify()).findings).toEqual([])
      expect((await findings())[0]).toEqual({ finding: 'link-changed', link: 1 })
      // Naming an unknown key does not help either.
      await intrude(update(links, { where: {}, set: { keyId: 'gone' }, expectedRows: 'any' }))
      expect(await findings()).toEqual([{ finding: 'link-untrusted', link: 1 }])
    })

    test('is not extended from an untrusted link unless its checkpoint is named as trusted', async () => {
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

    test('verifies without its first key once a newer key has extended it', async () => {
      await threeLinks()
      const onlyNew = { k2: keys.k2 }
      expect((await createHost(storage, 'k2', onlyNew).audit.verify()).findings).toEqual([
        { finding: 'link-untrusted', link: 1 },
      ])
      await addRecords(storage, 1)
      await createHost(storage, 'k2').audit.checkpoint()
      const later = createHost(storage, 'k2', onlyNew)
      expect((await later.audit.verify()).findings).toEqual([])
      await intrude(update(links, { where: { number: 2 }, set: { at: 1 } }))
      expect((await later.audit.verify()).findings).toEqual([{ finding: 'link-changed', link: 2 }])
    })

    test('prunes old records, records the pruning, and rejects a forged prune mark', async () => {
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
      // A pruned record cannot be added again.
      await intrude(insert(records, { ...recordRow(), link: 2 }))
      expect(await findings()).toMatchObject([{ finding: 'record-added', link: 2 }])
      await intrude(remove(records, { where: { link: 2 } }))
      // An attacker cannot claim that more was pruned.
      const { number } = await host.audit.latestCheckpoint()
      await intrude(
        update(links, { where: { number }, set: { prunedTo: number, digests: null } }),
        remove(records, { where: { link: number }, expectedRows: 'any' }),
      )
      expect(await findings()).toContainEqual({ finding: 'link-changed', link: number })
    })

    test('stays complete when pruning is interrupted between the mark and the removal', async () => {
      await threeLinks()
      const failing: Storage = {
        find: (table, query) => storage.find(table, query),
        commit: (made) =>
          made.writes.some(({ kind }) => kind === 'remove')
            ? Promise.reject(new Error('killed'))
            : storage.commit(made),
      }
      await new Promise((resolve) => setTimeout(resolve, 5))
      await expect(createHost(failing).audit.prune({ before: Date.now() })).rejects.toThrow('killed')
      expect(await host.audit.verify()).toMatchObject({ findings: [], records: 6 })
      await host.audit.prune({ before: Date.now() - 60_000 })
      expect(await host.audit.verify()).toMatchObject({ findings: [], records: 0, pruned: 6 })
    })

    test('is not pruned by a link that was changed', async () => {
      await threeLinks()
      const [link] = await storage.find(links, { where: { number: 2 } })
      const yesterday = Date.now() - 24 * 60 * 60 * 1000
      await intrude(update(links, { where: { number: 2 }, set: { at: 1 } }))
      await expect(host.audit.prune({ before: yesterday })).rejects.toMatchObject({ code: 'audit.chain-untrusted' })
      await intrude(update(links, { where: { number: 2 }, set: { at: Number(link?.['at']) } }))
      expect(await host.audit.verify()).toMatchObject({ findings: [], records: 6, links: 3 })
    })

    test('is not pruned by a prune mark that the keyring cannot verify', async () => {
      await threeLinks()
      for (const prunedTo of [2, 3, 1_000]) {
        await intrude(update(links, { where: { number: 3 }, set: { prunedTo } }))
        await expect(host.audit.prune({ before: 1 })).rejects.toMatchObject({ code: 'audit.chain-untrusted' })
      }
      await intrude(update(links, { where: { number: 3 }, set: { prunedTo: 0 } }))
      expect(await host.audit.verify()).toMatchObject({ findings: [], records: 6 })
    })

    test('is pruned after the key of a link was retired if later links confirm it', async () => {
      await threeLinks()
      await addRecords(storage, 1)
      await createHost(storage, 'k2').audit.checkpoint()
      const later = createHost(storage, 'k2', { k2: keys.k2 })
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

    test('ignores the prune mark of a link that was only named as trusted', async () => {
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

    test('reports a link that claims that its own records were pruned', async () => {
      await threeLinks()
      await intrude(update(links, { where: { number: 3 }, set: { keyId: 'gone', prunedTo: 3 } }))
      expect(await findings()).toEqual([{ finding: 'link-changed', link: 3 }])
    })
  })
}
