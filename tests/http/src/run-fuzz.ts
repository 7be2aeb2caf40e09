import { parseArgs } from 'node:util'
import { listTestDatabases } from '@billfold/test-databases'
import { describePlace, isComputedEachTime } from './fuzz/describe-place.ts'
import { fuzzedApiNames } from './fuzz/fuzzed-apis.ts'
import { fuzzProcess, type PlaceReport } from './fuzz/fuzz-process.ts'
import { startHostProcess } from './fuzz/start-host-process.ts'

// Hostile requests to each API on each database in both adapters, split evenly, each host in a process of its own:
// node dist/run-fuzz.js [count] [seed] [--minutes NUMBER] [--only WORDS]
//   --minutes  ends after this time with fewer requests to each host    --only payments,mysql  the hosts that these words name
// A request is repeated with its seed and its number.
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { minutes: { type: 'string', default: '100000' }, only: { type: 'string', default: '' } },
})
const [count = 1_000_000, seed = 1] = positionals.map(Number)
const words = values.only.split(',').filter((word) => word !== '')
const end = performance.now() + Number(values.minutes) * 60_000
const databases = await listTestDatabases({ servers: 'always' })
const places = ['express 5', 'koa']
  .flatMap((framework) =>
    databases.flatMap(({ kind }) => fuzzedApiNames.map((api) => ({ api, database: kind, framework }))),
  )
  .filter((place) => words.every((word) => Object.values(place).includes(word)))

const reports: PlaceReport[] = []
const failures: string[] = []
const idle = await startHostProcess('idle')
for (const [done, place] of places.entries()) {
  const maxSeconds = (end - performance.now()) / 1000 / (places.length - done)
  try {
    const report = await fuzzProcess(place, { count: Math.ceil(count / places.length), seed, maxSeconds }, idle)
    reports.push(report)
    process.stdout.write(`${describePlace(report)}\n`)
  } catch (error) {
    failures.push(`${Object.values(place).join(', ')}: ${String(error)}`)
    process.stdout.write(`FAILED ${failures.at(-1)}\n`)
  }
}
await idle.close()

const sum = (amount: (report: PlaceReport) => number): number => reports.reduce((all, one) => all + amount(one), 0)
const problems = sum((report) => report.problems.length) + failures.length
const repeated = sum((report) => report.repeated.filter(isComputedEachTime).length)
const growth = Math.max(0, ...reports.map(({ memory }) => ((memory[2]?.heap ?? 0) - (memory[1]?.heap ?? 0)) / 1e6))
process.stdout.write(
  [
    `in all: ${sum(({ requests }) => requests)} requests to ${fuzzedApiNames.length} APIs on ${databases.map(({ name }) => name).join(', ')} in Express and Koa`,
    `${problems} problems`,
    `${repeated} requests that compute for over 50 ms in the event loop each of three times that they are sent alone`,
    `heap growth of at most ${growth.toFixed(1)} MB after the first quarter\n`,
  ].join(', '),
)
if (problems > 0 || repeated > 0) process.exitCode = 1
