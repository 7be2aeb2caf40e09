import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { saveResult } from './save-result.ts'
import { type PreparedCall, prepareCalls } from './authentication-calls.ts'

// CPU time of an encrypted request with a licence, compared with a handwritten handler with the same ECDH, AES-GCM and SQL:
// node dist/authentication.js [rounds] [requests per round]

const [rounds = 7, calls = 400] = process.argv.slice(2).map(Number)
const connections = 8
const agent = new Agent({ keepAlive: true, maxSockets: connections })

const ready = z.object({ port: z.number(), licence: z.string() })
const usage = z.object({ user: z.number(), system: z.number() })

interface Server {
  readonly name: string
  readonly child: ChildProcess
  readonly port: number
  readonly calls: readonly PreparedCall[]
  /** Microseconds of CPU time per request, one entry per round. */
  readonly costs: number[]
}

/** Starts a server and prepares requests of `callers` key pairs, which take turns. */
async function start(name: string, which: string, callers: number): Promise<Server> {
  const child = fork(fileURLToPath(new URL('authentication-server.js', import.meta.url)), [which])
  const [message]: unknown[] = await once(child, 'message')
  const { port, licence } = ready.parse(message)
  const response = await fetch(`http://127.0.0.1:${port}/publickeys`)
  const { publicKey } = z.object({ publicKey: z.string() }).parse(await response.json())
  return { name, child, port, calls: prepareCalls(callers, publicKey, licence), costs: [] }
}

async function readCpuTime({ child }: Server): Promise<number> {
  child.send('usage')
  const [message]: unknown[] = await once(child, 'message')
  const { user, system } = usage.parse(message)
  return user + system
}

function send(port: number, { headers, body }: PreparedCall): Promise<void> {
  return new Promise((resolve, reject) => {
    const type = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
    const options = { agent, host: '127.0.0.1', port, path: '/check_enrollment', method: 'POST' }
    const outgoing = request({ ...options, headers: { ...headers, ...type } }, (response) => {
      response.resume().on('end', () => {
        if (response.statusCode === 200) resolve()
        else reject(new Error(`the server returned ${response.statusCode}`))
      })
    })
    outgoing.on('error', reject).end(body)
  })
}

/** Measures the microseconds of CPU time per request in one round. */
async function measure(server: Server, round: number): Promise<number> {
  const before = await readCpuTime(server)
  let next = round * calls
  const end = next + calls
  const work = async (): Promise<void> => {
    while (next < end) {
      const call = server.calls[next++ % server.calls.length]
      if (call !== undefined) await send(server.port, call)
    }
  }
  await Promise.all(Array.from({ length: connections }, work))
  const spent = (await readCpuTime(server)) - before
  // The server closes idle connections between rounds, possibly while one is being reused.
  agent.destroy()
  return spent / calls
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

function report(name: string, bare: Server, billfold: Server): void {
  const ratios = bare.costs.map((cost, round) => (billfold.costs[round] ?? Number.NaN) / cost)
  const figures = `${bare.name} ${median(bare.costs).toFixed(0)} µs, Billfold ${median(billfold.costs).toFixed(0)} µs of CPU per request`
  saveResult({
    name: `encrypted request with a licence, ${name.toLowerCase()}`,
    billfold: `${median(billfold.costs).toFixed(0)} µs CPU`,
    other: `${bare.name}: ${median(bare.costs).toFixed(0)} µs CPU`,
    ratio: median(ratios),
    range: [Math.min(...ratios), Math.max(...ratios)],
  })
  const range = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`
  console.log(`${name}: ${figures}; ratio ${median(ratios).toFixed(3)} (median of ${rounds} rounds, ${range})`)
}

const [bare, first, caching, returning] = await Promise.all([
  start('handwritten', 'bare', 16),
  start('Billfold, new callers', 'billfold', (rounds + 1) * calls),
  start('handwritten with cached key', 'caching', 16),
  start('Billfold, 16 callers', 'billfold', 16),
])
const servers = [bare, first, caching, returning]
try {
  // Warm-up round.
  for (const server of servers) await measure(server, 0)
  for (let round = 1; round <= rounds; round++) {
    for (const server of round % 2 === 0 ? servers : servers.toReversed())
      server.costs.push(await measure(server, round))
  }
  report('First request of a caller', bare, first)
  report('Returning caller', bare, returning)
  report('Returning caller', caching, returning)
} finally {
  for (const { child } of servers) child.kill()
  agent.destroy()
}
