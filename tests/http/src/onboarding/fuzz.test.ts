import { expect, it } from 'vitest'
import { describeReport } from '../fuzz/fuzz.ts'
import { fuzzApi } from '../fuzz/fuzz-api.ts'

it('hostile requests to the onboarding API cause no 500, no hang and no orphaned file', async () => {
  const mounting = { framework: 'express 5', through: 'app', prefix: '/id', parser: false } as const
  const { report, check } = await fuzzApi('onboarding', mounting, { count: 600, seed: 7 })
  expect(report.problems, describeReport(report)).toEqual([])
  expect(Object.keys(report.outcomes)).toEqual(expect.arrayContaining(['200', '400', '401', '404', '405']))
  expect(check.findings).toEqual([])
})
