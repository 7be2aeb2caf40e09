import { type ChildProcess, fork, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { saveResult } from './save-result.ts'

// CPU time of a validated POST through the adapters, compared with handwritten handlers. The four servers take turns under wrk, so
// that other load on the machine affects all of them: node dist/http.js [rounds] [seconds]

const [rounds = 9, seconds = 2] = process.argv.slice(2).map(Number)
const kinds = ['expressNative', 'expressAdapted', 'koaNative', 'koaAdapted'] as const

const address = z.object({ port: z.number() })
const usage = z.object({ user: z.number(), system: z.number() })

const body = JSON.stringify({
  pincode: '1234',
  signatureRequest: {
    type: 'MESSAGE',
    secretType: 'ETHEREUM',
    walletId: '0190a1b2-0000-7000-8000-000000000000',
    data: 'I agree to the terms of service. '.repeat(8),
  },
})

interface Server {
  readonly child: ChildProcess
  readonly port: number
  /** Microseconds of CPU time per request, one entry per round. */
  readonly costs: number[]
}

async function start(kind: string): Promise<Server> {
  const child = fork(fileURLToPath(new URL('http-server.js', import.meta.url)), [kind])
  const [message]: unknown[] = await once(child, 'message')
  return { child, port: address.parse(message).port, costs: [] }
}

async function readCpuTime({ child }: Server): Promise<number> {
  child.send('usage')
  const [message]: unknown[] = await once(child, 'message')
  const { user, system } = usage.parse(message)
  return user + system
}

/** Measures the microseconds of CPU time per request under load. */
async function measure(server: Server, script: string): Promise<number> {
  const before = await readCpuTime(server)
  const { stdout } = spawnSync(
    'wrk',
    ['-t1', '-c16', `-d${seconds}s`, '-s', script, `http://127.0.0.1:${server.port}/id/signatures`],
    {
      encoding: 'utf8',
    },
  )
  const after = await readCpuTime(server)
  const [, requests] = /(\d+) requests in/.exec(stdout) ?? []
  if (requests === undefined || stdout.includes('Non-2xx')) throw new Error(`wrk received errors:\n${stdout}`)
  return (after - before) / Number(requests)
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

function report(name: string, native: Server, adapted: Server): void {
  const ratios = native.costs.map((cost, round) => (adapted.costs[round] ?? Number.NaN) / cost)
  const figures = `native ${median(native.costs).toFixed(0)} µs, adapter ${median(adapted.costs).toFixed(0)} µs of CPU per request`
  saveResult({
    name: `validated POST, ${name}`,
    billfold: `${median(adapted.costs).toFixed(0)} µs CPU`,
    other: `handwritten handler: ${median(native.costs).toFixed(0)} µs CPU`,
    ratio: median(ratios),
    range: [Math.min(...ratios), Math.max(...ratios)],
  })
  const range = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`
  console.log(`${name}: ${figures}; ratio ${median(ratios).toFixed(3)} (median of ${rounds} rounds, ${range})`)
}

if (spawnSync('wrk', ['-v']).error !== undefined) {
  console.error('wrk is required (Debian: apt-get install wrk)')
  process.exit(1)
}
const folder = mkdtempSync(join(tmpdir(), 'billfold-benchmark-'))
const script = join(folder, 'post.lua')
writeFileSync(
  script,
  `wrk.method = "POST"\nwrk.headers["Content-Type"] = "application/json"\nwrk.body = [==[${body}]==]\n`,
)
const [expressNative, expressAdapted, koaNative, koaAdapted] = await Promise.all([
  start(kinds[0]),
  start(kinds[1]),
  start(kinds[2]),
  start(kinds[3]),
])
const servers = [expressNative, expressAdapted, koaNative, koaAdapted]
try {
  for (const server of servers) await measure(server, script)
  for (let round = 0; round < rounds; round++) {
    for (const server of round % 2 === 0 ? servers : servers.toReversed())
      server.costs.push(await measure(server, script))
  }
  report('Express', expressNative, expressAdapted)
  report('Koa', koaNative, koaAdapted)
} finally {
  for (const { child } of servers) child.kill()
  rmSync(folder, { recursive: true })
}
