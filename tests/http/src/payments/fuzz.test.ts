import { describe, expect, it } from 'vitest'
import { describeReport } from '../fuzz/fuzz.ts'
import { fuzzApi } from '../fuzz/fuzz-api.ts'
import { formatMounting, mountings } from '../hosts/mountings.ts'

/** Koa without a parser, Express behind one. For Koa behind its parser see the fuzz suite of the custody API. */
const chosen = mountings.filter(
  ({ framework, prefix, through, parser }) =>
    prefix === '/id' &&
    through === 'app' &&
    ((framework === 'koa' && !parser) || (framework === 'express 5' && parser)),
)

describe.each(chosen.map((mounting) => [formatMounting(mounting), mounting] as const))(
  'hostile requests to the payments API, %s',
  { timeout: 120_000 },
  (_name, mounting) => {
    it('cause no 500, no hang, no leak and no ledger difference', async () => {
      const { report, check } = await fuzzApi('payments', mounting, { count: 700, seed: 3 })
      expect(report.problems, describeReport(report)).toEqual([])
      expect(Object.keys(report.outcomes)).toEqual(expect.arrayContaining(['200', '400', '401']))
      expect(report.heapLate - report.heapEarly).toBeLessThan(5_000_000)
      expect(check.findings).toEqual([])
    })
  },
)
