import { expect, test } from 'vitest'
import { retrying } from './retry.ts'

test('what is tried again is told, with why, once for each try but the first', async () => {
  const told: string[] = []
  const failures = ['40P01', 'ECONNRESET', '40001']
  const done = await retrying({ onRetry: (why) => told.push(why) }, async ({ tries }) => {
    const code = failures[tries]
    if (code !== undefined) throw Object.assign(new Error('the database says no'), { code })
    return 'done'
  })
  expect(done).toBe('done')
  expect(told).toEqual(['conflict', 'lost', 'conflict'])
})
