import { insert, update } from '@billfold/core/storage'
import { expect, test } from 'vitest'
import { addRecords, createHost, describeAuditLog, links, recordRow, records } from './audit-log-hosts.ts'

await describeAuditLog((log) => {
  test('is checkpointed by maintain(), each record once', async () => {
    await log.host.licences.create({ tag: 'a' })
    expect(await log.host.audit.verify()).toMatchObject({
      links: 0,
      records: 0,
      hasUnlinkedRecords: true,
      findings: [],
    })
    await log.host.maintain()
    expect(await log.host.audit.verify()).toMatchObject({
      links: 1,
      records: 1,
      hasUnlinkedRecords: false,
      findings: [],
    })
    await log.host.maintain()
    expect(await log.host.audit.checkpoint()).toEqual({ links: 0, records: 0 })
    expect(await log.host.audit.latestCheckpoint()).toMatchObject({
      number: 1,
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
  })

  test('is verified from the point where an interrupted verification stopped', async () => {
    const [first = '', , , , fifth = ''] = await log.threeLinks()
    const seen: { number: number; hash: string }[] = []
    const interrupted = log.host.audit.verify({
      onProgress: ({ links: done, checkpoint }) => {
        seen.push(checkpoint)
        if (done === 2) throw new Error('killed')
      },
    })
    await expect(interrupted).rejects.toThrow('killed')
    await log.intrude(
      update(records, { where: { id: first }, set: { actor: 'a' } }),
      update(records, { where: { id: fifth }, set: { actor: 'b' } }),
    )
    const [one, two] = seen
    if (one === undefined || two === undefined) throw new Error('no progress')
    expect(await log.host.audit.verify({ from: two })).toMatchObject({
      links: 1,
      findings: [{ finding: 'record-changed', link: 3, record: fifth }],
    })
    expect((await log.host.audit.verify({ from: { ...two, hash: one.hash } })).findings).toContainEqual({
      finding: 'checkpoint-mismatch',
      link: 2,
    })
    expect((await log.host.audit.verify({ from: { number: 9, hash: one.hash } })).findings).toContainEqual({
      finding: 'checkpoint-missing',
      link: 9,
    })
  })

  test('spreads more records than one link holds over several links', async () => {
    await addRecords(log.storage, 1_001)
    expect(await log.host.audit.checkpoint()).toEqual({ links: 3, records: 1_001 })
    expect(await log.host.audit.verify()).toMatchObject({ links: 3, records: 1_001, findings: [] })
  })

  test('includes a record with an older id that is committed late', async () => {
    const late = recordRow()
    await log.threeLinks()
    await log.intrude(insert(records, late))
    expect(await log.host.audit.checkpoint()).toEqual({ links: 1, records: 1 })
    expect(await log.host.audit.verify()).toMatchObject({ links: 4, records: 7, findings: [] })
  })

  test('stays one chain when several hosts checkpoint at the same time', { timeout: 300_000 }, async () => {
    const other = createHost(log.otherStorage, 'k2')
    for (let round = 0; round < 3; round++) {
      await addRecords(log.storage, 510)
      const checkpointed = await Promise.all([log.host, other, log.host, other].map(({ audit }) => audit.checkpoint()))
      expect(checkpointed.reduce((sum, { records: count }) => sum + count, 0)).toBe(510)
    }
    const seen = await log.host.audit.verify()
    expect(seen).toMatchObject({ records: 1_530, findings: [], hasUnlinkedRecords: false })
    const rows = await log.storage.find(links)
    expect(rows.map(({ number }) => number).toSorted((a, b) => Number(a) - Number(b))).toEqual(
      Array.from({ length: seen.links }, (_, index) => index + 1),
    )
  })

  test('verifies while it is being checkpointed', async () => {
    await addRecords(log.storage, 600)
    const checkpointing = (async () => {
      for (let round = 0; round < 3; round++) {
        await addRecords(log.storage, 100)
        await log.host.audit.checkpoint()
      }
    })()
    for (let round = 0; round < 3; round++) expect(await log.findings()).toEqual([])
    await checkpointing
    expect(await log.host.audit.verify()).toMatchObject({ records: 900, findings: [] })
  })
})
