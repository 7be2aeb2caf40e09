import { type Storage } from '@billfold/core'
import { insert, remove, update } from '@billfold/core/storage'
import { expect, test } from 'vitest'
import { addRecords, createHost, describeAuditLog, keys, links, recordRow, records } from './audit-log-hosts.ts'

await describeAuditLog((log) => {
  test('prunes old records, records the pruning, and rejects a forged prune mark', async () => {
    await log.threeLinks()
    const all = await log.host.audit.verify()
    expect(await log.host.audit.prune({ before: Date.now() - 60_000 })).toBe(0)
    await new Promise((resolve) => setTimeout(resolve, 5))
    const removed = await log.storage.find(links, { where: { number: 1 } })
    expect(await log.host.audit.prune({ before: Number(removed[0]?.['at']) + 1 })).toBeGreaterThanOrEqual(1)
    expect(await log.host.audit.prune({ before: Date.now() })).toBeGreaterThanOrEqual(3)
    await log.host.audit.checkpoint()
    expect(await log.host.audit.verify({ checkpoint: all.checkpoint })).toMatchObject({ findings: [], pruned: 6 })
    const { records: left } = await log.host.audit.search()
    expect(new Set(left.map(({ action }) => action))).toEqual(new Set(['audit.pruned']))
    // A pruned record cannot be added again.
    await log.intrude(insert(records, { ...recordRow(), link: 2 }))
    expect(await log.findings()).toMatchObject([{ finding: 'record-added', link: 2 }])
    await log.intrude(remove(records, { where: { link: 2 } }))
    // An attacker cannot claim that more was pruned.
    const { number } = await log.host.audit.latestCheckpoint()
    await log.intrude(
      update(links, { where: { number }, set: { prunedTo: number, digests: null } }),
      remove(records, { where: { link: number }, expectedRows: 'any' }),
    )
    expect(await log.findings()).toContainEqual({ finding: 'link-changed', link: number })
  })

  test('stays complete when pruning is interrupted between the mark and the removal', async () => {
    await log.threeLinks()
    const failing: Storage = {
      find: (table, query) => log.storage.find(table, query),
      commit: (made) =>
        made.writes.some(({ kind }) => kind === 'remove')
          ? Promise.reject(new Error('killed'))
          : log.storage.commit(made),
    }
    await new Promise((resolve) => setTimeout(resolve, 5))
    await expect(createHost(failing).audit.prune({ before: Date.now() })).rejects.toThrow('killed')
    expect(await log.host.audit.verify()).toMatchObject({ findings: [], records: 6 })
    await log.host.audit.prune({ before: Date.now() - 60_000 })
    expect(await log.host.audit.verify()).toMatchObject({ findings: [], records: 0, pruned: 6 })
  })

  test('is not pruned by a link that was changed', async () => {
    await log.threeLinks()
    const [link] = await log.storage.find(links, { where: { number: 2 } })
    const yesterday = Date.now() - 24 * 60 * 60 * 1000
    await log.intrude(update(links, { where: { number: 2 }, set: { at: 1 } }))
    await expect(log.host.audit.prune({ before: yesterday })).rejects.toMatchObject({ code: 'audit.chain-untrusted' })
    await log.intrude(update(links, { where: { number: 2 }, set: { at: Number(link?.['at']) } }))
    expect(await log.host.audit.verify()).toMatchObject({ findings: [], records: 6, links: 3 })
  })

  test('is not pruned by a prune mark that the keyring cannot verify', async () => {
    await log.threeLinks()
    for (const prunedTo of [2, 3, 1_000]) {
      await log.intrude(update(links, { where: { number: 3 }, set: { prunedTo } }))
      await expect(log.host.audit.prune({ before: 1 })).rejects.toMatchObject({ code: 'audit.chain-untrusted' })
    }
    await log.intrude(update(links, { where: { number: 3 }, set: { prunedTo: 0 } }))
    expect(await log.host.audit.verify()).toMatchObject({ findings: [], records: 6 })
  })

  test('is pruned after the key of a link was retired if later links confirm it', async () => {
    await log.threeLinks()
    await addRecords(log.storage, 1)
    await createHost(log.storage, 'k2').audit.checkpoint()
    const later = createHost(log.storage, 'k2', { k2: keys.k2 })
    const [link] = await log.storage.find(links, { where: { number: 2 } })
    for (const set of [{ at: 1 }, { at: 1, keyId: 'gone' }]) {
      await log.intrude(update(links, { where: { number: 2 }, set }))
      await expect(later.audit.prune({ before: 1_000 })).rejects.toMatchObject({ code: 'audit.chain-untrusted' })
    }
    await log.intrude(update(links, { where: { number: 2 }, set: { at: Number(link?.['at']), keyId: 'k1' } }))
    expect(await later.audit.verify()).toMatchObject({ findings: [], records: 7 })
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(await later.audit.prune({ before: Number(link?.['at']) + 1 })).toBeGreaterThanOrEqual(2)
    expect((await later.audit.verify()).findings).toEqual([])
  })

  test('ignores the prune mark of a link that was only named as trusted', async () => {
    await log.threeLinks()
    await new Promise((resolve) => setTimeout(resolve, 5))
    const [first] = await log.storage.find(links, { where: { number: 1 } })
    const prunedTo = await log.host.audit.prune({ before: Number(first?.['at']) + 1 })
    await log.host.audit.checkpoint()
    const { number } = await log.host.audit.latestCheckpoint()
    for (const forged of [number - 1, number, number + 5]) {
      await addRecords(log.storage, 1)
      await log.host.audit.checkpoint()
      const newest = await log.host.audit.latestCheckpoint()
      await log.intrude(update(links, { where: { number: newest.number }, set: { prunedTo: forged } }))
      await addRecords(log.storage, 1)
      expect(
        await log.host.audit.checkpoint({ trustedCheckpoint: await log.host.audit.latestCheckpoint() }),
      ).toMatchObject({
        links: 1,
      })
      expect(await log.host.audit.prune({ before: 1 })).toBe(prunedTo)
      expect(await log.findings()).toContainEqual({ finding: 'link-changed', link: newest.number })
    }
    expect((await log.findings()).every(({ finding }) => finding === 'link-changed')).toBe(true)
  })

  test('reports a link that claims that its own records were pruned', async () => {
    await log.threeLinks()
    await log.intrude(update(links, { where: { number: 3 }, set: { keyId: 'gone', prunedTo: 3 } }))
    expect(await log.findings()).toEqual([{ finding: 'link-changed', link: 3 }])
  })
})
