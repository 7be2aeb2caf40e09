import { expect, test } from 'vitest'
import { memoryRateLimiter } from '../../../platform/rate-limits/index.ts'
import { outcomeCode } from '../../../test-fixtures/outcome-code.ts'
import { consumeLicenceAttempt } from './face-attempt-limits.ts'

const tenant = 'default'
const session = { tenant, creatorId: 'licence' }

function countingAttempts(limit: number) {
  const context = {
    services: { rateLimiter: memoryRateLimiter(() => 0) },
    faceAttemptsPerLicence: { limit, windowSeconds: 3600 },
  }
  return async (source: string, count: number, id = `key of ${source}`, of: { creatorId: string | null } = session) => {
    const attempts = Array.from({ length: count }, () =>
      outcomeCode(consumeLicenceAttempt(context, { tenant, id, source }, { ...session, ...of })),
    )
    return (await Promise.all(attempts)).filter((code) => code === 'done').length
  }
}

test('one source uses up a tenth of the attempts of a licence, and leaves the rest to others', async () => {
  const attempt = countingAttempts(100)
  expect(await attempt('192.0.2.1', 500)).toBe(10)
  expect(await attempt('192.0.2.2', 5)).toBe(5)
  expect(await attempt('192.0.2.1', 1, 'key', { creatorId: 'another licence' })).toBe(1)
})

test('a licence that sends the faces itself has the whole limit', async () => {
  const attempt = countingAttempts(100)
  expect(await attempt('192.0.2.1', 500, 'licence')).toBe(100)
})

test('many sources together have the limit of the licence', async () => {
  const attempt = countingAttempts(20)
  for (let host = 0; host < 10; host++) expect(await attempt(`192.0.2.${host}`, 2)).toBe(2)
  expect(await attempt('192.0.2.99', 1)).toBe(0)
})
