import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { fileURLToPath } from 'node:url'
import { Wallet } from 'ethers'
import { z } from 'zod'
import { saveResult } from './save-result.ts'

// CPU time of a complete wallet login (GET challenge, POST challenge): Billfold on Express, the same SQL and cryptography handwritten
// in Express, and a client_credentials JWT of oidc-provider. The servers take turns: node dist/login.js [rounds] [logins per round]

const [rounds = 7, logins = 300] = process.argv.slice(2).map(Number)
const kinds = ['billfold', 'bare', 'oidc'] as const
const address = z.object({ port: z.number() })
const usage = z.object({ user: z.number(), system: z.number() })
const wallet = Wallet.createRandom()
const clients = 8

interface Server {
  readonly child: ChildProcess
  readonly kind: (typeof kinds)[number]
  readonly port: number
  readonly agent: Agent
  /** Microseconds of CPU time per login, one entry per round. */
  readonly costs: number[]
}

async function start(kind: Server['kind']): Promise<Server> {
  const child = fork(fileURLToPath(new URL('login-server.js', import.meta.url)), [kind], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  })
  const [message]: unknown[] = await once(child, 'message')
  const agent = new Agent({ keepAlive: true, maxSockets: clients })
  return { child, kind, port: address.parse(message).port, agent, costs: [] }
}

async function readCpuTime({ child }: Server): Promise<number> {
  child.send('usage')
  const [message]: unknown[] = await once(child, 'message')
  const { user, system } = usage.parse(message)
  return user + system
}

function requestJson(
  { port, agent }: Server,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port, method, path, agent, headers }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      response.on('end', () => {
        if (response.statusCode === 200) resolve(JSON.parse(text))
        else reject(new Error(`${method} ${path}: ${response.statusCode} ${text}`))
      })
    })
    outgoing.on('error', reject).end(body)
  })
}

const jwtShape = z.object({ jwt: z.string() })
const claimsShape = z.object({ nonce: z.string() })

async function walletLogin(server: Server): Promise<void> {
  const { jwt } = jwtShape.parse(await requestJson(server, 'GET', '/auth/challenge'))
  const { nonce } = claimsShape.parse(JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()))
  const body = JSON.stringify({ signature: await wallet.signMessage(nonce) })
  const headers = {
    authorization: `Bearer ${jwt}`,
    'content-type': 'application/json',
    'content-length': String(body.length),
  }
  jwtShape.parse(await requestJson(server, 'POST', '/auth/challenge', headers, body))
}

async function clientCredentials(server: Server): Promise<void> {
  const body = 'grant_type=client_credentials&resource=urn:example:api'
  const authorization = `Basic ${Buffer.from('client:secret').toString('base64')}`
  const headers = {
    authorization,
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': String(body.length),
  }
  z.object({ access_token: z.string().regex(/^[^.]+\.[^.]+\.[^.]+$/) }).parse(
    await requestJson(server, 'POST', '/token', headers, body),
  )
}

/** Measures the microseconds of CPU time per login. */
async function measure(server: Server): Promise<number> {
  const before = await readCpuTime(server)
  const login = server.kind === 'oidc' ? clientCredentials : walletLogin
  let left = logins
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (left-- > 0) await login(server)
    }),
  )
  const spent = (await readCpuTime(server)) - before
  // The server closes idle connections between rounds, possibly while one is being reused.
  server.agent.destroy()
  return spent / logins
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

const servers = await Promise.all(kinds.map(start))
const [billfold, bare, oidc] = servers
try {
  for (const server of servers) await measure(server)
  for (let round = 0; round < rounds; round++) {
    for (const server of round % 2 === 0 ? servers : servers.toReversed()) server.costs.push(await measure(server))
  }
  for (const { kind, costs } of servers) console.log(`${kind}: ${median(costs).toFixed(0)} µs of CPU per login`)
  for (const [name, other] of [
    ['handwritten Express route', bare],
    ["oidc-provider's client_credentials", oidc],
  ] as const) {
    const ratios = (billfold?.costs ?? []).map((cost, round) => cost / (other?.costs[round] ?? Number.NaN))
    saveResult({
      name: 'complete wallet login',
      billfold: `${median(billfold?.costs ?? []).toFixed(0)} µs CPU`,
      other: `${name}: ${median(other?.costs ?? []).toFixed(0)} µs CPU`,
      ratio: median(ratios),
      range: [Math.min(...ratios), Math.max(...ratios)],
    })
    const range = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`
    console.log(`compared with ${name}: ${median(ratios).toFixed(3)} (median of ${rounds} rounds, ${range})`)
  }
} finally {
  for (const { child, agent } of servers) {
    agent.destroy()
    child.kill()
  }
}
