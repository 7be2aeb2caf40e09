import { describe, expect, test } from 'vitest'
import { estimateRowCount } from './estimate-row-count.ts'
import { memoryStorage } from './memory.ts'
import { defineTable, integer } from './table.ts'
import { batch, insert } from './writes.ts'

const numbers = defineTable({ name: 'numbers', columns: { number: integer() }, key: ['number'] })

async function storageOf(count: number) {
  const storage = memoryStorage()
  for (let from = 0; from < count; from += 500) {
    const size = Math.min(500, count - from)
    const rows = Array.from({ length: size }, (_, index) => insert(numbers, { number: from + index }))
    await storage.commit(batch(...rows))
  }
  return storage
}

describe('the estimate of a row count', () => {
  test.each([0, 1, 2, 3, 7, 8, 63, 64])('of %d rows is exact', async (count) => {
    expect(await estimateRowCount(await storageOf(count), numbers)).toBe(count)
  })

  test('of 3,000 rows is at most 2 % too low, and never too high', async () => {
    const estimate = await estimateRowCount(await storageOf(3000), numbers)
    expect(estimate).toBeLessThanOrEqual(3000)
    expect(estimate).toBeGreaterThan(2940)
  })
})
