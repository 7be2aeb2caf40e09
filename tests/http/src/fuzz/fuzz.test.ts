import { describe, expect, it } from 'vitest'
import { startHost } from '../hosts/start-host.ts'
import { formatMounting, mountings } from '../hosts/mountings.ts'
import { createProbe } from '../pipeline/probe-api.ts'
import { describeReport, fuzz } from './fuzz.ts'

/** Routes that fail by design or wait for the client to disconnect. */
const left = /^\/(fails|wait|streams\/(endless|broken))/

const chosen = mountings.filter(({ prefix, through }) => prefix === '/id' && through === 'app')

// Each mounting receives other requests.
describe.each(chosen.map((mounting, index) => [formatMounting(mounting), mounting, index + 1] as const))(
  'hostile requests, %s',
  (_name, mounting, seed) => {
    it('cause no 500, no hang and no leak', async () => {
      const { api } = createProbe()
      const host = await startHost(mounting, api)
      const routes = api.routes.filter(({ path }) => !left.test(path))
      const target = { port: host.port, prefix: mounting.prefix, routes, headers: { authorization: 'Bearer alice' } }
      const report = await fuzz(target, { count: 800, seed })
      await host.close()
      expect(report.problems, describeReport(report)).toEqual([])
      expect(Object.keys(report.outcomes)).toEqual(expect.arrayContaining(['200', '400', '404', '405', '413', '415']))
      expect(report.heapLate - report.heapEarly).toBeLessThan(5_000_000)
    })
  },
)
