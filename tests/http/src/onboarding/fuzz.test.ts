import { expect, it } from 'vitest'
import { describeReport, fuzz } from '../fuzz/fuzz.ts'
import { startFuzzedHost } from './fuzzed-host.ts'

it('hostile requests to the onboarding API cause no 500, no hang and no orphaned file', async () => {
  const mounting = { framework: 'express 5', through: 'app', prefix: '/id', parser: false } as const
  const { target, countStored, close } = await startFuzzedHost(mounting, 20)
  const report = await fuzz(target, { count: 600, seed: 7 })
  const { blobs, rows } = await countStored()
  await close()
  expect(report.problems, describeReport(report)).toEqual([])
  expect(Object.keys(report.outcomes)).toEqual(expect.arrayContaining(['200', '400', '401', '404', '405']))
  expect(rows).toBeGreaterThan(0)
  expect(blobs).toBe(rows)
})
