import { Agent, request as httpRequest } from 'node:http'
import { newKey, type Storage, tables } from '@billfold/core'
import type { Cluster } from '@billfold/storage-kysely'
import type { HttpReply, RequestContent, RequestDriver } from '../request-driver.ts'
import {
  confirmPayment,
  createPayment,
  createPaymentsHost,
  creditUser,
  type PaymentsUser,
  registerUser,
  testKeyring,
} from './payments-client.ts'
import { type HostProcess, startProcess } from './start-process.ts'

/** The options of a run. */
export interface ReliabilityOptions {
  readonly dialect: string
  /** The address of the database, or one for each process in turn. */
  readonly url: string | readonly string[]
  readonly cluster?: Cluster
  readonly pipelines?: boolean
  /** A storage over the same database, for the final check. */
  readonly storage: Storage
  readonly processes: number
  readonly clients: number
  readonly payments: number
  /** No payment starts after this many seconds. */
  readonly maxSeconds?: number
  /** Milliseconds between two kills; no kills if undefined. */
  readonly killIntervalMs?: number
  readonly maxKills?: number
  /** Disturbs the database `disturbances` times, spread over the payments or the time, whichever is first. */
  readonly disturb?: () => Promise<void>
  readonly disturbances?: number
  readonly log?: (line: string) => void
}

/** The result of a run. */
export interface ReliabilityReport {
  readonly seconds: number
  readonly acknowledged: number
  /** Completed payments in the storage. */
  readonly completed: number
  /** Acknowledged, but not completed in the storage. */
  readonly missing: number
  /** Completed in the storage, but not acknowledged. */
  readonly unacknowledged: number
  readonly kills: number
  readonly disturbances: number
  /** Calls retried after no reply, a 5xx or a 409. */
  readonly repeats: number
  readonly findings: readonly unknown[]
  /** Cents held by users, and cents deposited. */
  readonly cents: { readonly users: bigint; readonly received: bigint }
}

/** Makes payments through processes that are killed meanwhile, and compares the storage with the acknowledgements. */
export async function measureReliability(options: ReliabilityOptions): Promise<ReliabilityReport> {
  const { dialect, url, storage, clients, payments } = options
  const rootKey = newKey()
  const { billfold, serviceAuthorization } = await createPaymentsHost(storage, { keyring: testKeyring(rootKey) })
  const start = (index: number): Promise<HostProcess> =>
    startProcess({
      dialect,
      rootKey,
      url: typeof url === 'string' ? url : (url[index % url.length] ?? ''),
      ...(options.cluster !== undefined && { cluster: options.cluster }),
      ...(options.pipelines !== undefined && { pipelines: options.pipelines }),
    })
  const slots = await Promise.all(Array.from({ length: options.processes }, (_, index) => start(index)))
  const fleet = createFleet(slots)
  const people = await peopleFor(fleet, serviceAuthorization, clients, payments)
  const state: Progress = { acknowledged: [], done: false, kills: 0, disturbances: 0 }
  const startedAt = Date.now()
  const { maxSeconds = Number.POSITIVE_INFINITY } = options
  const isOver = (): boolean => Date.now() - startedAt > maxSeconds * 1000
  const troubles = [killing(options, state, slots, start), disturbing(options, state, startedAt)]
  const perClient = Math.ceil(payments / clients)
  await Promise.all(people.map((pair, client) => pay(fleet, pair, client, perClient, state, isOver)))
  state.done = true
  const seconds = (Date.now() - startedAt) / 1000
  await Promise.all(troubles)
  await Promise.all(slots.map((slot) => slot.kill()))
  fleet.agent.destroy()
  const { findings } = await billfold.payments.checkConsistency()
  return { seconds, ...(await compare(storage, state.acknowledged)), ...figures(state, fleet), findings }
}

interface Progress {
  readonly acknowledged: string[]
  done: boolean
  kills: number
  disturbances: number
}

/** A driver over all processes that retries a call at the next one until it succeeds. */
interface Fleet extends RequestDriver {
  readonly agent: Agent
  repeats: number
}

function createFleet(slots: readonly HostProcess[]): Fleet {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 })
  let requestCount = 0
  const fleet: Fleet = {
    agent,
    repeats: 0,
    request: async (method, path, sent = {}) => {
      const end = Date.now() + 120_000
      for (;;) {
        const slot = slots[requestCount++ % slots.length]
        const answer = slot && (await once(agent, slot.port, method, path, sent).catch(() => undefined))
        if (answer !== undefined && answer.status < 500 && answer.status !== 409 && answer.status !== 429) return answer
        fleet.repeats++
        if (Date.now() > end) throw new Error(`${path} is not answered: ${answer?.text}`)
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    },
  }
  return fleet
}

function once(agent: Agent, port: number, method: string, path: string, sent: RequestContent): Promise<HttpReply> {
  const body = JSON.stringify(sent.json)
  const headers = { 'content-type': 'application/json', ...sent.headers }
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      { agent, host: '127.0.0.1', port, method, path, headers, timeout: 60_000 },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => (text += chunk))
        response.on('error', reject)
        response.on('aborted', () => reject(new Error('aborted')))
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: JSON.parse(text) }),
        )
      },
    )
    outgoing.on('timeout', () => outgoing.destroy(new Error('timeout')))
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

interface Pair {
  readonly from: PaymentsUser
  readonly to: PaymentsUser
}

/** Creates a sender and a receiver for each client. */
async function peopleFor(fleet: Fleet, service: string, clients: number, payments: number): Promise<readonly Pair[]> {
  const people = await Promise.all(Array.from({ length: clients }, () => registerUser(fleet)))
  const amount = String(Math.ceil(payments / clients) + 10)
  await Promise.all(people.map((person, index) => creditUser(fleet, service, person, amount, `first-${index}`)))
  return people.map((from, index) => ({ from, to: people[(index + 1) % people.length] ?? from }))
}

async function pay(
  fleet: Fleet,
  { from, to }: Pair,
  client: number,
  count: number,
  state: Progress,
  isOver: () => boolean,
): Promise<void> {
  for (let index = 0; index < count && !isOver(); index++) {
    const created = await createPayment(fleet, from, to, '0.07', { transaction_reference: `pay-${client}-${index}` })
    const session: string = created.data?.sessionid
    if (session === undefined) throw new Error(`not created: ${JSON.stringify(created)}`)
    const payment = { from, to, amount: '0.07', session }
    if (index === 0) await confirmPayment(fleet, 'A', payment)
    const confirmed = await confirmPayment(fleet, 'B', payment)
    if (confirmed.data?.status !== '1') throw new Error(`not completed: ${JSON.stringify(confirmed)}`)
    state.acknowledged.push(session)
  }
}

async function killing(
  { killIntervalMs, maxKills = Number.POSITIVE_INFINITY, log = () => {} }: ReliabilityOptions,
  state: Progress,
  slots: HostProcess[],
  start: (index: number) => Promise<HostProcess>,
): Promise<void> {
  if (killIntervalMs === undefined) return
  for (let requestCount = 0; requestCount < maxKills && !state.done; requestCount++) {
    await new Promise((resolve) => setTimeout(resolve, killIntervalMs))
    const index = requestCount % slots.length
    await slots[index]?.kill()
    state.kills++
    slots[index] = await start(index)
    if (state.kills % 10 === 0) log(`${state.acknowledged.length} payments, ${state.kills} kills`)
  }
}

async function disturbing(options: ReliabilityOptions, state: Progress, startedAt: number): Promise<void> {
  const { disturb, disturbances = 0, payments, maxSeconds = Number.POSITIVE_INFINITY } = options
  if (disturb === undefined) return
  while (!state.done && state.disturbances < disturbances) {
    const share = (state.disturbances + 1) / (disturbances + 1)
    if (state.acknowledged.length >= payments * share || Date.now() - startedAt >= maxSeconds * 1000 * share) {
      await disturb()
      state.disturbances++
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

async function compare(
  storage: Storage,
  acknowledged: readonly string[],
): Promise<Pick<ReliabilityReport, 'acknowledged' | 'completed' | 'missing' | 'unacknowledged' | 'cents'>> {
  const completed = new Set(
    (await listRows(storage, 'payments')).filter((row) => row['state'] === 'completed').map((row) => row['id']),
  )
  const input = new Set<unknown>(acknowledged)
  const accounts = await listRows(storage, 'ledger_accounts')
  const sum = (kinds: readonly string[]): bigint =>
    accounts
      .filter((row) => kinds.includes(String(row['kind'])))
      .reduce((total, row) => total + (row['balance'] as bigint), 0n)
  return {
    acknowledged: input.size,
    completed: completed.size,
    missing: acknowledged.filter((id) => !completed.has(id)).length,
    unacknowledged: [...completed].filter((id) => !input.has(id)).length,
    cents: { users: sum(['available', 'held']), received: -sum(['grant', 'gateway', 'fees']) },
  }
}

/** Lists all rows of a table, page by page. */
async function listRows(storage: Storage, name: string): Promise<Readonly<Record<string, unknown>>[]> {
  const table = tables.find((candidate) => candidate.name === name)
  if (table === undefined) throw new Error(`there is no table ${name}`)
  const rows: Readonly<Record<string, unknown>>[] = []
  for (;;) {
    const last = rows.at(-1)?.['id']
    const page = await storage.find(table, {
      where: typeof last === 'string' ? { id: { gt: last } } : {},
      orderBy: [['id', 'asc']],
      limit: 5000,
    })
    rows.push(...page)
    if (page.length < 5000) return rows
  }
}

function figures(
  { kills, disturbances }: Progress,
  { repeats }: Fleet,
): Pick<ReliabilityReport, 'kills' | 'disturbances' | 'repeats'> {
  return { kills, disturbances, repeats }
}

/** Formats a report. */
export function describeReliability(report: ReliabilityReport): string {
  const { seconds, acknowledged, completed, missing, unacknowledged, kills, disturbances, repeats, findings, cents } =
    report
  return [
    `${acknowledged} payments acknowledged in ${seconds.toFixed(0)} s, ${(acknowledged / seconds).toFixed(0)} a second`,
    `${completed} completed in the storage, ${missing} missing, ${unacknowledged} without an event`,
    `${kills} kills, ${disturbances} disturbances of the database, ${repeats} retried calls`,
    `${cents.users} cents with users, ${cents.received} cents deposited`,
    `audit: ${findings.length} findings${findings.length > 0 ? ` ${JSON.stringify(findings.slice(0, 5))}` : ''}`,
  ].join('\n')
}
