import { listTestDatabases } from '@billfold/test-databases'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describePlace } from './describe-place.ts'
import { fuzzProcess } from './fuzz-process.ts'
import { fuzzedApiNames } from './fuzzed-apis.ts'
import { type LoopBlock, monitorLoop } from './loop-monitor.ts'
import { type HostProcess, startHostProcess } from './start-host-process.ts'

const servers = (await listTestDatabases()).filter(({ kind }) => kind === 'postgres' || kind === 'mysql')
const frameworks = ['express 5', 'koa'] as const

describe.runIf(servers.length > 0)('hostile requests to a host in a process of its own', () => {
  let idle: HostProcess
  beforeAll(async () => {
    idle = await startHostProcess('idle')
  })
  afterAll(() => idle.close())

  // SQLite is in the suites of the APIs. The long form, run-fuzz.ts, goes through every combination.
  it.each(
    fuzzedApiNames.flatMap((api, index) => {
      const server = servers[index % servers.length]
      return server === undefined
        ? []
        : [{ api, database: server.kind, framework: frameworks[(index >> 1) % 2] ?? 'koa' }]
    }),
  )('cause no 5xx, no hang and no difference in what is stored: $api, $database, $framework', async (place) => {
    const report = await fuzzProcess(place, { count: 100, seed: 8, maxSeconds: 60 }, idle)
    expect(report.problems, describePlace(report)).toEqual([])
    expect(Object.keys(report.outcomes)).toEqual(expect.arrayContaining(['200', '400', '404']))
    expect(report.memory).toHaveLength(3)
  })
})

it('a block of the event loop is reported with its CPU time', async () => {
  const blocks: LoopBlock[] = []
  const monitor = monitorLoop((block) => void blocks.push(block))
  await new Promise((resolve) => setTimeout(resolve, 20))
  const startedAt = process.cpuUsage().user
  // More CPU time than a block has at least, however busy the machine is.
  while (process.cpuUsage().user - startedAt < 100_000);
  await expect.poll(() => blocks.some(({ cpuMs }) => cpuMs >= 100)).toBe(true)
  monitor.stop()
  expect(monitor.getDelay().maxMs).toBeGreaterThan(50)
})
