import { createSqliteCustodyHost } from './custody/sqlite-custody-host.ts'
import { createSqliteDidHost } from './dids/sqlite-did-host.ts'
import { describeReport, fuzz, type FuzzReport } from './fuzz/fuzz.ts'
import type { FuzzTarget } from './fuzz/requests.ts'
import { startHost } from './hosts/start-host.ts'
import { formatMounting, type Mounting, mountings } from './hosts/mountings.ts'
import { startFuzzedHost } from './onboarding/fuzzed-host.ts'
import { fuzzPayments } from './payments/fuzz-payments.ts'
import { createProbe } from './pipeline/probe-api.ts'

// 100,000 requests to the probe and each of the custody, DID, payments and onboarding APIs, over all frameworks:
// node dist/run-fuzz.js [count] [seed]
const [count = 100_000, seed = 1] = process.argv.slice(2).map(Number)
const chosen = mountings.filter(({ prefix, through, parser }) => prefix === '/id' && through === 'app' && !parser)

const all = { requests: 0, problems: 0, findings: 0 }
for (const mounting of chosen) {
  const { api } = createProbe()
  const routes = api.routes.filter(({ path }) => !/^\/(fails|wait|streams\/(endless|broken))/.test(path))
  await run('the probe', mounting, await startHost(mounting, api), {
    routes,
    headers: { authorization: 'Bearer alice' },
  })

  const { billfold, authorization, drop } = await createSqliteCustodyHost()
  const host = await startHost(mounting, billfold.custody)
  await run('the custody API', mounting, host, { routes: billfold.custody.routes, headers: { authorization } })
  await drop()

  const dids = await createSqliteDidHost()
  await run('the DID API', mounting, await startHost(mounting, dids.api), dids.fuzzTarget)
  await dids.drop()

  const { byUser, byService, findings, movements } = await fuzzPayments(
    mounting,
    Math.ceil(count / chosen.length),
    seed,
  )
  printReport('the payments API, with an api key', mounting, byUser)
  printReport('the payments API, with a service key', mounting, byService)
  process.stdout.write(`the books of the payments API: ${movements} movements, ${findings.length} findings\n`)
  all.findings += findings.length
  if (findings.length > 0) process.exitCode = 1

  const fuzzed = await startFuzzedHost(mounting, 400)
  const running = { port: fuzzed.target.port, close: async () => {} }
  await run('the onboarding API', mounting, running, fuzzed.target)
  const { blobs, rows } = await fuzzed.countStored()
  await fuzzed.close()
  process.stdout.write(`${blobs} blobs, ${rows} rows of files\n`)
  if (blobs !== rows) process.exitCode = 1
}
process.stdout.write(
  `in all: ${all.requests} requests in ${chosen.length} frameworks, ${all.problems} problems, ${all.findings} findings in the books\n`,
)

async function run(
  name: string,
  mounting: Mounting,
  host: Pick<Awaited<ReturnType<typeof startHost>>, 'port' | 'close'>,
  input: Pick<FuzzTarget, 'routes' | 'headers'>,
): Promise<void> {
  const target = { ...input, port: host.port, prefix: mounting.prefix }
  const report = await fuzz(target, { count: Math.ceil(count / chosen.length), seed })
  await host.close()
  printReport(name, mounting, report)
}

function printReport(name: string, mounting: Mounting, report: FuzzReport): void {
  process.stdout.write(`${name}, ${formatMounting(mounting)}\n${describeReport(report)}\n`)
  all.requests += Object.values(report.outcomes).reduce((sum, times) => sum + times, 0)
  all.problems += report.problems.length
  if (report.problems.length > 0) process.exitCode = 1
}
