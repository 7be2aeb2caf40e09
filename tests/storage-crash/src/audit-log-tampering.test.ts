import { newKey } from '@billfold/core'
import { insert, remove, update } from '@billfold/core/storage'
import { expect, test } from 'vitest'
import { addRecords, createHost, describeAuditLog, keys, links, recordRow, records } from './audit-log-hosts.ts'

await describeAuditLog((log) => {
  test.each(['tenant', 'action', 'actor', 'subject', 'detail'])(
    'reports a record whose %s was changed',
    async (column) => {
      const ids = await log.threeLinks()
      await log.intrude(update(records, { where: { id: ids[2] ?? '' }, set: { [column]: '{"x":1}' } }))
      expect(await log.findings()).toEqual([{ finding: 'record-changed', link: 2, record: ids[2] }])
    },
  )

  test('reports a record whose time was changed', async () => {
    const ids = await log.threeLinks()
    await log.intrude(update(records, { where: { id: ids[5] ?? '' }, set: { at: 1 } }))
    expect(await log.findings()).toEqual([{ finding: 'record-changed', link: 3, record: ids[5] }])
  })

  test('reports a record that was removed', async () => {
    const ids = await log.threeLinks()
    await log.intrude(remove(records, { where: { id: ids[0] ?? '' } }))
    expect(await log.findings()).toEqual([{ finding: 'record-removed', link: 1, record: ids[0] }])
  })

  test('reports a record that was added to a link', async () => {
    await log.threeLinks()
    const added = { ...recordRow(), link: 2 }
    const unusual = { ...recordRow(), id: 'no uuid', link: 2 }
    await log.intrude(insert(records, added), insert(records, unusual))
    expect(await log.findings()).toMatchObject([
      { finding: 'record-added', link: 2, record: added.id },
      { finding: 'record-added', link: 2 },
    ])
    await log.intrude(remove(records, { where: { link: 2, id: { in: [added.id, unusual.id] } }, expectedRows: 'any' }))
    const nowhere = { ...recordRow(), link: -1 }
    await log.intrude(insert(records, nowhere))
    expect(await log.findings()).toEqual([{ finding: 'record-added', link: -1, record: nowhere.id }])
  })

  test('reports records that were moved to another link or to none', async () => {
    const ids = await log.threeLinks()
    await log.intrude(update(records, { where: { id: ids[0] ?? '' }, set: { link: 2 } }))
    expect(await log.findings()).toEqual([
      { finding: 'record-changed', link: 1, record: ids[0] },
      { finding: 'record-added', link: 2, record: ids[0] },
    ])
    await log.intrude(update(records, { where: { id: ids[0] ?? '' }, set: { link: null } }))
    await log.host.audit.checkpoint()
    expect(await log.findings()).toEqual([{ finding: 'record-changed', link: 1, record: ids[0] }])
  })

  test('reports links that were reordered', async () => {
    await log.threeLinks()
    const move = (from: number, to: number) => update(links, { where: { number: from }, set: { number: to } })
    await log.intrude(move(1, 9), move(2, 1), move(9, 2))
    const found = await log.findings()
    expect(found[0]).toEqual({ finding: 'link-changed', link: 1 })
    expect(found).toContainEqual({ finding: 'link-changed', link: 2 })
  })

  test('reports a link that was changed, with its records unchanged', async () => {
    await log.threeLinks()
    await log.intrude(update(links, { where: { number: 2 }, set: { at: 1 } }))
    expect(await log.findings()).toEqual([{ finding: 'link-changed', link: 2 }])
  })

  test('reports digests that were changed to match removed records', async () => {
    const ids = await log.threeLinks()
    const [link] = await log.storage.find(links, { where: { number: 2 } })
    const digests = link?.['digests']
    if (!(digests instanceof Uint8Array)) throw new Error('a link has digests')
    await log.intrude(
      update(links, { where: { number: 2 }, set: { digests: digests.subarray(0, 48), recordCount: 1 } }),
      remove(records, { where: { id: ids[3] ?? '' } }),
    )
    expect(await log.findings()).toEqual([{ finding: 'link-changed', link: 2 }])
    await log.intrude(update(links, { where: { number: 2 }, set: { digests: null } }))
    expect((await log.findings())[0]).toEqual({ finding: 'link-changed', link: 2 })
  })

  test('reports a link that was removed, with or without its records', async () => {
    await log.threeLinks()
    await log.intrude(remove(links, { where: { number: 2 } }))
    expect(await log.findings()).toEqual([{ finding: 'link-removed', link: 2 }])
    await log.intrude(remove(records, { where: { link: 2 }, expectedRows: 'any' }))
    expect(await log.findings()).toEqual([{ finding: 'link-removed', link: 2 }])
    await log.intrude(
      remove(links, { where: { number: 1 } }),
      remove(records, { where: { link: 1 }, expectedRows: 'any' }),
    )
    expect(await log.findings()).toEqual([{ finding: 'link-removed', link: 1 }])
  })

  test('reports a truncated chain, by its records or by a stored checkpoint', async () => {
    await log.threeLinks()
    const storedCheckpoint = await log.host.audit.latestCheckpoint()
    expect(await log.findings(storedCheckpoint)).toEqual([])
    await log.intrude(remove(links, { where: { number: 3 } }))
    expect(await log.findings()).toMatchObject([{ finding: 'link-removed', link: 3 }])
    await log.intrude(remove(records, { where: { link: 3 }, expectedRows: 'any' }))
    expect(await log.findings()).toEqual([])
    expect(await log.findings(storedCheckpoint)).toEqual([{ finding: 'checkpoint-missing', link: 3 }])
    // A new link in its place does not match the stored checkpoint.
    await addRecords(log.storage, 1)
    await log.host.audit.checkpoint()
    expect(await log.findings(storedCheckpoint)).toEqual([{ finding: 'checkpoint-mismatch', link: 3 }])
    await log.intrude(
      remove(links, { where: {}, expectedRows: 'any' }),
      remove(records, { where: {}, expectedRows: 'any' }),
    )
    expect(await log.findings(storedCheckpoint)).toEqual([{ finding: 'checkpoint-missing', link: 3 }])
  })

  test('cannot be recreated without the keyring', async () => {
    await log.threeLinks()
    const forger = createHost(log.storage, 'k1', { k1: newKey() })
    await log.intrude(
      remove(links, { where: {}, expectedRows: 'any' }),
      update(records, { where: {}, set: { link: null }, expectedRows: 'any' }),
    )
    await forger.audit.checkpoint()
    expect((await forger.audit.verify()).findings).toEqual([])
    expect((await log.findings())[0]).toEqual({ finding: 'link-changed', link: 1 })
    // Naming an unknown key does not help either.
    await log.intrude(update(links, { where: {}, set: { keyId: 'gone' }, expectedRows: 'any' }))
    expect(await log.findings()).toEqual([{ finding: 'link-untrusted', link: 1 }])
  })

  test('is not extended from an untrusted link unless its checkpoint is named as trusted', async () => {
    await log.threeLinks()
    await log.intrude(update(links, { where: { number: 3 }, set: { keyId: 'gone' } }))
    await addRecords(log.storage, 1)
    await expect(log.host.audit.checkpoint()).rejects.toMatchObject({ code: 'audit.chain-untrusted' })
    await expect(log.host.audit.prune({ before: Date.now() })).rejects.toMatchObject({ code: 'audit.chain-untrusted' })
    await log.host.maintain()
    expect(await log.findings()).toEqual([{ finding: 'link-untrusted', link: 3 }])
    const trustedCheckpoint = await log.host.audit.latestCheckpoint()
    await expect(
      log.host.audit.checkpoint({ trustedCheckpoint: { ...trustedCheckpoint, hash: 'ff'.repeat(32) } }),
    ).rejects.toMatchObject({
      code: 'audit.chain-untrusted',
    })
    expect(await log.host.audit.checkpoint({ trustedCheckpoint })).toEqual({ links: 1, records: 1 })
    await log.intrude(update(links, { where: { number: 4 }, set: { at: 1 } }))
    await addRecords(log.storage, 1)
    await log.host.audit.checkpoint({ trustedCheckpoint: await log.host.audit.latestCheckpoint() })
    expect(await log.findings()).toEqual([{ finding: 'link-changed', link: 4 }])
  })

  test('verifies without its first key once a newer key has extended it', async () => {
    await log.threeLinks()
    const onlyNew = { k2: keys.k2 }
    expect((await createHost(log.storage, 'k2', onlyNew).audit.verify()).findings).toEqual([
      { finding: 'link-untrusted', link: 1 },
    ])
    await addRecords(log.storage, 1)
    await createHost(log.storage, 'k2').audit.checkpoint()
    const later = createHost(log.storage, 'k2', onlyNew)
    expect((await later.audit.verify()).findings).toEqual([])
    await log.intrude(update(links, { where: { number: 2 }, set: { at: 1 } }))
    expect((await later.audit.verify()).findings).toEqual([{ finding: 'link-changed', link: 2 }])
  })
})
