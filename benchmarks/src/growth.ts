import { createServer, type Server } from 'node:http'
import {
  type Billfold,
  type ConsistencyProgress,
  createBillfold,
  localKeyring,
  newKey,
  silentLogger,
  tables,
} from '@billfold/core'
import { koaRouter } from '@billfold/koa-adapter'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { listTestDatabases } from '@billfold/test-databases'
import Koa from 'koa'
import { sql } from 'kysely'
import { getGrowthUser, type GrowthUser, insertGrowth } from './growth-rows.ts'
import { saveResult } from './save-result.ts'

// Every list and lookup over a small database and over a large one, in turns, and the audits of the large one:
// node dist/growth.js [users, a million for the figures of a large host] [postgres|mysql] [repetitions]

const [, , countText = '1000000', wanted = 'postgres', repetitionsText = '41'] = process.argv
const count = Number(countText)
const repetitions = Number(repetitionsText)
/** The users of the small database. */
const smallCount = Math.min(1000, count)

interface Call {
  readonly name: string
  readonly run: (user: GrowthUser) => Promise<unknown>
}

function listCalls(billfold: Billfold, get: (path: string) => Promise<unknown>): readonly Call[] {
  const { audit, payments } = billfold
  const call = (name: string, run: Call['run']): Call => ({ name, run })
  const route = (path: string): Call => call(`GET ${path}`, () => get(path))
  const wallets = '/api/wallets?includeBalance=false&size=20'
  return [
    route('/api/users?size=20'),
    route('/api/users?size=20&page=10'),
    call('GET /api/users?reference=…', ({ reference }) => get(`/api/users?reference=${reference}`)),
    call('GET /api/users/:userId', ({ id }) => get(`/api/users/${id}`)),
    route(wallets),
    route(`${wallets}&page=10`),
    route(`${wallets}&sortOn=address&sortOrder=asc`),
    route(`${wallets}&sortOn=secretType`),
    route(`${wallets}&archived=true`),
    call('GET /api/wallets?userId=…', ({ id }) => get(`${wallets}&userId=${id}`)),
    call('GET /api/wallets?address=…', ({ address }) => get(`${wallets}&address=${address}`)),
    call('GET /api/wallets?identifier=…', ({ id }) => get(`${wallets}&identifier=identifier-${id}`)),
    call('GET /api/wallets/:walletId', ({ walletId }) => get(`/api/wallets/${walletId}?includeBalance=false`)),
    route('/api/transactions?size=20'),
    call('audit.search()', () => audit.search()),
    call('audit.search({ subject })', ({ id: subject }) => audit.search({ subject })),
    call('audit.search({ action })', () => audit.search({ action: 'wallet.created' })),
    call('audit.search({ action }) without a result', () => audit.search({ action: 'webhook.deleted' })),
    // A page that the small database fills, too.
    call('audit.search({ actor, limit: 4 })', ({ id }) => audit.search({ actor: `key-${id.slice(-2)}`, limit: 4 })),
    call('audit.search({ actor }) without a result', () => audit.search({ actor: 'nobody' })),
    call('audit.search({ to })', ({ createdAt: to }) => audit.search({ to })),
    call('audit.search({ from, to }) without a result', () => audit.search({ from: 1, to: 2 })),
    call('ledger.listBalances', ({ id }) => payments.ledger.listBalances(id)),
    call('ledger.listEntries', ({ id: owner }) =>
      payments.ledger.listEntries('USD', { kind: 'available', owner }, { limit: 20 }),
    ),
  ]
}

/** A host over a database with so many users. */
interface Host {
  readonly count: number
  readonly billfold: Billfold
  readonly calls: readonly Call[]
  readonly close: () => Promise<void>
}

/** Measures a call against both hosts in turns, so that what else the machine does slows both. Returns the medians in milliseconds. */
async function measure(index: number, hosts: readonly [Host, Host]): Promise<readonly [number, number]> {
  const times: readonly [number[], number[]] = [[], []]
  for (let at = -3; at < repetitions; at++)
    for (const side of [0, 1] as const) {
      const { calls, count: users } = hosts[side]
      const user = getGrowthUser(1 + Math.floor(((Math.max(at, 0) + 0.5) / repetitions) * users))
      const startedAt = performance.now()
      await calls[index]?.run(user)
      if (at >= 0) times[side].push(performance.now() - startedAt)
    }
  return [median(times[0]), median(times[1])]
}

function median(times: readonly number[]): number {
  return times.toSorted((left, right) => left - right)[Math.floor(times.length / 2)] ?? Number.NaN
}

/** Runs an audit, with the longest time that the event loop was blocked, and the growth of the memory. */
async function measureAudit(
  name: string,
  rows: number,
  run: () => Promise<{ readonly findings: readonly unknown[] }>,
): Promise<void> {
  globalThis.gc?.()
  const before = process.memoryUsage().rss
  let peak = before
  let longest = 0
  let last = performance.now()
  const timer = setInterval(() => {
    longest = Math.max(longest, performance.now() - last - 5)
    last = performance.now()
    peak = Math.max(peak, process.memoryUsage().rss)
  }, 5)
  const startedAt = performance.now()
  const cpuBefore = process.cpuUsage()
  const { findings } = await run()
  const seconds = (performance.now() - startedAt) / 1000
  const cpu = process.cpuUsage(cpuBefore)
  clearInterval(timer)
  const megabytes = (peak - before) / 1024 / 1024
  const perMillion = (seconds / rows) * 1_000_000
  const result = `${seconds.toFixed(1)} s (${((cpu.user + cpu.system) / 1e6).toFixed(1)} s of CPU), ${megabytes.toFixed(0)} MB more memory, event loop blocked for at most ${longest.toFixed(0)} ms, ${findings.length} findings`
  process.stdout.write(`${name} over ${rows}: ${result}; ${perMillion.toFixed(0)} s a million\n`)
  saveResult({
    name: `growth: ${name}, seconds a million`,
    billfold: result,
    other: 'limit 60 s a million',
    ratio: perMillion / 60,
  })
}

/** Adds up the time of each step of the consistency check. */
function stepTimes() {
  const times = new Map<string, number>()
  let last = performance.now()
  return {
    onProgress: ({ step }: ConsistencyProgress): void => {
      times.set(step, (times.get(step) ?? 0) + performance.now() - last)
      last = performance.now()
    },
    describe: () => [...times].map(([step, time]) => `${step} ${(time / 1000).toFixed(1)} s`).join(', '),
  }
}

function listen(billfold: Billfold): Promise<{ readonly server: Server; readonly origin: string }> {
  const app = new Koa()
  app.use(koaRouter(billfold.custody).routes())
  const handle = app.callback()
  const server = createServer((request, response) => void handle(request, response))
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve({ server, origin: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}` })
    })
  })
}

const database = (await listTestDatabases({ servers: 'always' })).find(
  ({ dialect, kind }) => dialect === wanted && kind !== 'pglite',
)
if (database === undefined || database.dialect === 'sqlite') throw new Error(`there is no ${wanted}`)
const { dialect, name, create } = database

/** Fills a database, and starts a host on it. */
async function createHost(users: number): Promise<Host> {
  const fresh = await create()
  const { db, driver } = fresh.connectWithDriver()
  await migrate(db, { dialect })
  const startedAt = performance.now()
  await insertGrowth(db, dialect, users)
  for (const table of tables)
    await sql.raw(`analyze ${dialect === 'mysql' ? 'table ' : ''}billfold_${table.name}`).execute(db)
  process.stdout.write(`${name}: ${users} users in ${((performance.now() - startedAt) / 1000).toFixed(0)} s\n`)
  const keyring = localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' })
  const billfold = createBillfold({ storage: kyselyStorage(db, { dialect, ...driver }), keyring, logger: silentLogger })
  const { keyId, keySecret } = await billfold.serviceKeys.create({ tag: 'growth', scopes: ['custody'] })
  const authorization = `Basic ${Buffer.from(`${keyId}:${keySecret}`).toString('base64')}`
  const { server, origin } = await listen(billfold)
  const get = async (path: string): Promise<unknown> => {
    const response = await fetch(`${origin}${path}`, { headers: { authorization } })
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return response.json()
  }
  const close = async (): Promise<void> => {
    server.close()
    await fresh.drop()
  }
  return { count: users, billfold, calls: listCalls(billfold, get), close }
}

const [small, large] = [await createHost(smallCount), await createHost(count)]
try {
  for (const [index, call] of large.calls.entries()) {
    const [before, time] = await measure(index, [small, large])
    const [billfold, other] = [`${time.toFixed(2)} ms of ${count}`, `${before.toFixed(2)} ms of ${smallCount}`]
    process.stdout.write(`${call.name}: ${other}, ${billfold}, ratio ${(time / before).toFixed(2)}\n`)
    saveResult({ name: `growth: ${call.name}`, billfold, other, ratio: time / before })
  }
  const steps = stepTimes()
  await measureAudit('payments.checkConsistency', count, () =>
    large.billfold.payments.checkConsistency({ onProgress: steps.onProgress }),
  )
  process.stdout.write(`${steps.describe()}\n`)
  await large.billfold.audit.checkpoint()
  await measureAudit('audit.verify', 3 * count, () => large.billfold.audit.verify())
} finally {
  await small.close()
  await large.close()
}
