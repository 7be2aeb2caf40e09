import { expect, test } from 'vitest'
import { retryTransientErrors } from './retry.ts'

test('onRetry is called with the reason before each retry', async () => {
  const reasons: string[] = []
  const errorCodes = ['40P01', 'ECONNRESET', '40001']
  const done = await retryTransientErrors({ onRetry: (reason) => reasons.push(reason) }, async ({ count }) => {
    const code = errorCodes[count]
    if (code !== undefined) throw Object.assign(new Error('database error'), { code })
    return 'done'
  })
  expect(done).toBe('done')
  expect(reasons).toEqual(['conflict', 'lost', 'conflict'])
})
