import { beforeEach, describe, expect, test } from 'vitest'
import { batch, memoryStorage, type Storage } from '../../kernel/storage/index.ts'
import { auditWrite } from './audit-write.ts'
import { type AuditSearchOptions, searchAuditLog } from './search.ts'

/** The times of the records in the order of their ids: processes whose clocks differ, and several records at one time. */
const times = [10, 20, 15, 20, 20, 30, 25, 20, 40]
const actor = { tenant: 't', id: 'host' }
const inRange = ['30/5', '25/6', '20/7', '20/4', '20/3', '20/1']

describe.each([
  ['milliseconds', 1],
  ['minutes', 60_000],
  ['days', 86_400_000],
  ['years', 365 * 86_400_000],
])('a search of an audit log of %s', (_, unit) => {
  const [start, end] = [20 * unit, 40 * unit]
  let storage: Storage

  beforeEach(async () => {
    storage = memoryStorage()
    for (const [index, at] of times.entries())
      await storage.commit(batch(auditWrite(actor, 'wallet.created', `${at}/${index}`, at * unit)))
  })

  /** The subjects of the records on all pages. */
  async function searchPages(input: AuditSearchOptions): Promise<readonly string[]> {
    const { records, next } = await searchAuditLog(storage, 't', input)
    const subjects = records.map(({ subject }) => subject)
    return next === undefined ? subjects : [...subjects, ...(await searchPages({ ...input, after: next }))]
  }

  test('without a time range is in the order of the ids, on pages of any size', async () => {
    const byId = times.map((at, index) => `${at}/${index}`).toReversed()
    for (const limit of [1, 2, 3, 100]) expect(await searchPages({ limit })).toEqual(byId)
  })

  test('by a time range is in the order of the times, on pages of any size', async () => {
    for (const limit of [1, 2, 3, 4, 5, 6, 100])
      expect(await searchPages({ from: start, to: end, limit }), `limit ${limit}`).toEqual(inRange)
  })

  test('by one end of a time range is in the order of the times', async () => {
    expect(await searchPages({ from: start, limit: 2 })).toEqual(['40/8', ...inRange])
    expect(await searchPages({ to: end, limit: 2 })).toEqual([...inRange, '15/2', '10/0'])
  })

  test('by a time range and other criteria finds what matches all of them, in the order of the ids', async () => {
    const range = { from: start, to: end, limit: 1 }
    expect(await searchPages({ ...range, subject: '20/4' })).toEqual(['20/4'])
    expect(await searchPages({ ...range, action: 'wallet.archived' })).toEqual([])
    const byId = ['20/7', '25/6', '30/5', '20/4', '20/3', '20/1']
    expect(await searchPages({ ...range, action: 'wallet.created' })).toEqual(byId)
  })

  test('by a time range with the id of a record as its cursor is in the order of the ids', async () => {
    const { records } = await searchAuditLog(storage, 't', { subject: '25/6' })
    const pages = await searchPages({ from: start, to: end, after: records[0]?.id ?? '', limit: 2 })
    expect(pages).toEqual(['30/5', '20/4', '20/3', '20/1'])
  })

  test('with the cursor of another time range is rejected', async () => {
    const { next = '' } = await searchAuditLog(storage, 't', { from: start, to: end, limit: 1 })
    const invalid = { code: 'input.invalid' }
    await expect(searchAuditLog(storage, 't', { from: 31 * unit, after: next })).rejects.toMatchObject(invalid)
    await expect(searchAuditLog(storage, 't', { to: 30 * unit, after: next })).rejects.toMatchObject(invalid)
  })
})
