import { openTestDatabases } from '@billfold/test-databases'
import { describePlace } from './fuzz/describe-place.ts'
import { fuzzedApiNames } from './fuzz/fuzzed-apis.ts'
import { fuzzProcess, type PlaceReport } from './fuzz/fuzz-process.ts'
import { startHostProcess } from './fuzz/start-host-process.ts'

// Hostile requests to each API on each database in both adapters, split evenly, each host in a process of its own:
// node dist/run-fuzz.js [count] [seed] [rounds] [words]
// Each round goes through all hosts with a seed of its own. With words (`payments,mysql`) only to the hosts that they name.
// A request is repeated with its seed and its number.
const [, , countText = '1000000', seedText = '1', roundsText = '1', words = ''] = process.argv
const [count, firstSeed, rounds] = [Number(countText), Number(seedText), Number(roundsText)]
const databases = await openTestDatabases()
const places = fuzzedApiNames
  .flatMap((api) =>
    databases.flatMap(({ kind }) => ['express 5', 'koa'].map((framework) => ({ api, database: kind, framework }))),
  )
  .filter((place) => words.split(',').every((word) => word === '' || Object.values(place).includes(word)))

const reports: PlaceReport[] = []
const failures: string[] = []
const idle = await startHostProcess('idle')
for (let round = 0; round < rounds; round++) {
  for (const place of places) {
    const options = { count: Math.ceil(count / places.length / rounds), seed: firstSeed + round }
    try {
      const report = await fuzzProcess(place, options, idle)
      reports.push(report)
      process.stdout.write(`${describePlace(report)}\n`)
    } catch (error) {
      failures.push(`${Object.values(place).join(', ')}: ${String(error)}`)
      process.stdout.write(`FAILED ${failures.at(-1)}\n`)
    }
  }
}
await idle.close()

const sum = (count: (report: PlaceReport) => number): number => reports.reduce((all, one) => all + count(one), 0)
const problems = sum((report) => report.problems.length) + failures.length
const repeated = sum((report) => report.repeated.length)
const growth = Math.max(0, ...reports.map(({ memory }) => ((memory[2]?.heap ?? 0) - (memory[1]?.heap ?? 0)) / 1e6))
process.stdout.write(
  [
    `in all: ${sum(({ requests }) => requests)} requests to ${fuzzedApiNames.length} APIs on ${databases.map(({ name }) => name).join(', ')} in Express and Koa`,
    `${problems} problems`,
    `${repeated} requests that block the event loop for over 50 ms each of three times that they are sent alone`,
    `heap growth of at most ${growth.toFixed(1)} MB after the first quarter\n`,
  ].join(', '),
)
if (problems > 0 || repeated > 0) process.exitCode = 1
