import { describe, expect, it } from 'vitest'
import { describeReport } from '../fuzz/fuzz.ts'
import { fuzzApi } from '../fuzz/fuzz-api.ts'
import { formatMounting, mountings } from '../hosts/mountings.ts'

/** Without Koa behind its parser: even with no API mounted, it leaves a connection hanging after a large body that is not gzip. */
const chosen = mountings.filter(
  ({ framework, prefix, through, parser }) =>
    framework !== 'express 4' && prefix === '/id' && through === 'app' && !(framework === 'koa' && parser),
)

// Each mounting receives other requests.
describe.each(chosen.map((mounting, index) => [formatMounting(mounting), mounting, index + 1] as const))(
  'hostile requests to the custody API, %s',
  (_name, mounting, seed) => {
    it('cause no 500, no hang and no leak', async () => {
      const { report } = await fuzzApi('custody', mounting, { count: 2000, seed })
      expect(report.problems, describeReport(report)).toEqual([])
      expect(Object.keys(report.outcomes)).toEqual(
        expect.arrayContaining(['200', '400', '401', '404', '405', '413', '415']),
      )
      expect(report.heapLate - report.heapEarly).toBeLessThan(5_000_000)
    })
  },
)
