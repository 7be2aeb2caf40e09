import { expect, it } from 'vitest'
import { describeReport } from '../fuzz/fuzz.ts'
import { fuzzApi } from '../fuzz/fuzz-api.ts'

it('hostile requests of an encrypting client to the authentication API cause no 500 and no hang', async () => {
  const mounting = { framework: 'express 5', through: 'app', prefix: '/id', parser: false } as const
  const { report } = await fuzzApi('authentication', mounting, { count: 800, seed: 3 })
  expect(report.problems, describeReport(report)).toEqual([])
  expect(Object.keys(report.outcomes)).toEqual(expect.arrayContaining(['200', '400', '401', '404', '405', '413']))
})
