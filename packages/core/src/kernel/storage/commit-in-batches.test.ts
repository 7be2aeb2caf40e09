import { describe, expect, test } from 'vitest'
import { commitInBatches, deleteInBatches } from './commit-in-batches.ts'
import { memoryStorage } from './memory.ts'
import type { Storage } from './storage.ts'
import { defineTable, integer, text } from './table.ts'
import { batch, insert } from './writes.ts'

const visits = defineTable({
  name: 'visits',
  columns: { tenant: text(64), number: integer(), expiresAt: integer() },
  key: ['tenant', 'number'],
})

/** A storage with visits that expire at 1, and one that expires at 2. Counts its commits. */
async function storageOf(expired: number): Promise<{ readonly storage: Storage; readonly commits: () => number }> {
  const memory = memoryStorage()
  const rows = Array.from({ length: expired }, (_, number) => insert(visits, { tenant: 't', number, expiresAt: 1 }))
  rows.push(insert(visits, { tenant: 't', number: expired, expiresAt: 2 }))
  for (let from = 0; from < rows.length; from += 1000) await memory.commit(batch(...rows.slice(from, from + 1000)))
  let count = 0
  const storage: Storage = {
    find: (table, query) => memory.find(table, query),
    commit: (one) => {
      count++
      return memory.commit(one)
    },
  }
  return { storage, commits: () => count }
}

const expired = { expiresAt: { lte: 1 } }

describe('deleteInBatches', () => {
  test.each([
    [0, 0],
    [1, 1],
    [1000, 1],
    [2500, 3],
  ])(
    'deletes %d rows that share the first column of their key, and no other, in %d commits',
    async (count, commits) => {
      const under = await storageOf(count)
      const reported: number[] = []
      expect(await deleteInBatches(under.storage, visits, expired, (rows) => void reported.push(rows))).toBe(count)
      expect(under.commits()).toBe(commits)
      expect(reported.reduce((sum, rows) => sum + rows, 0)).toBe(count)
      expect(await under.storage.find(visits)).toEqual([{ tenant: 't', number: count, expiresAt: 2 }])
    },
  )

  test('that is interrupted leaves what it has not reached to the next run', async () => {
    const { storage } = await storageOf(2500)
    const interrupted = deleteInBatches(storage, visits, expired, () => {
      throw new Error('killed')
    })
    await expect(interrupted).rejects.toThrow('killed')
    expect(await storage.find(visits)).toHaveLength(1501)
    expect(await deleteInBatches(storage, visits, expired)).toBe(1500)
  })

  test('continues where the last batch ended, since databases pass over what was deleted', async () => {
    const { storage } = await storageOf(1500)
    const wheres: unknown[] = []
    const find: Storage['find'] = (table, query) => {
      wheres.push(query?.where)
      return storage.find(table, query)
    }
    await deleteInBatches({ ...storage, find }, visits, expired)
    expect(wheres).toEqual([{ expiresAt: { lte: 1 } }, { expiresAt: { lte: 1, gte: 1 } }])
  })

  test('by two processes at once deletes everything', async () => {
    const { storage } = await storageOf(2500)
    await Promise.all([deleteInBatches(storage, visits, expired), deleteInBatches(storage, visits, expired)])
    expect(await storage.find(visits)).toHaveLength(1)
  })
})

test('commitInBatches writes the rows that match until none matches', async () => {
  const { storage, commits } = await storageOf(1500)
  const changed = await commitInBatches(storage, visits, expired, (where) => {
    return { kind: 'update', table: visits, where, set: { expiresAt: 9 }, add: {}, expectedRows: 'any' }
  })
  expect([changed, commits()]).toEqual([1500, 2])
  expect(await storage.find(visits, { where: { expiresAt: 9 } })).toHaveLength(1500)
})
