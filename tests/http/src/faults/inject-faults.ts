import { BillfoldError, isBillfoldError, type Keyring, type Logger, type Storage, tables } from '@billfold/core'
import { randomFrom } from '../fuzz/random.ts'
import { createFaultyStorage, driverSecret, type Fault, type FaultPlan, type StorageCall } from './faulty-storage.ts'
import { createTenantRateLimiter } from './tenant-rate-limiter.ts'
import type { HasStatus, RetryingClient, Scenario } from './scenario.ts'
import type { RequestDriver } from '../request-driver.ts'

/** The result of one run. */
interface RunResult {
  readonly calls: readonly StorageCall[]
  /** Rows of the scenario's tenant, by table. */
  readonly rows: Readonly<Record<string, number>>
  readonly problems: readonly string[]
  /** Retried client calls. */
  readonly repeats: number
}

/** The result of a scenario over all faults. */
export interface FaultReport {
  readonly scenario: string
  /** Storage calls of a run without faults. */
  readonly calls: number
  /** The number of runs with faults. */
  readonly runs: number
  readonly repeats: number
  readonly seconds: number
  readonly problems: readonly string[]
}

/** The storage of the scenarios: each in a fresh storage, or in its own tenant of a common one. */
export interface FaultTarget {
  readonly storage: () => Storage
  /** The same keyring for all runs on one storage. */
  readonly keyring: Keyring
}

/** Selects faults. */
export interface FaultOptions {
  /** Injects every n-th fault; all by default. */
  readonly every?: number
  /** The number of additional runs with random faults. */
  readonly storms?: number
}

/** A call that takes longer hangs, in milliseconds. */
const callTimeoutMs = 120_000
/** The maximum number of retries of a call. */
const maxRetries = 100

let runs = 0

/**
 * Runs a scenario without faults, then once for each storage call and kind of failure: the call alone, its reply alone, and
 * the call with the next four; then `storms` times with a random fault at one call in twenty.
 */
export async function injectFaults(
  scenario: Scenario,
  { storage, keyring }: FaultTarget,
  { every = 1, storms = 0 }: FaultOptions = {},
): Promise<FaultReport> {
  const startedAt = performance.now()
  const clean = await runOnce(scenario, storage(), keyring, () => undefined)
  const faults = clean.calls.flatMap((kind, at) => [
    { what: `call ${at + 1}, a ${kind}, fails`, faultPlan: only(at, 'before') },
    // For a `find`, a lost reply equals a failure.
    ...(kind === 'commit' ? [{ what: `the answer to call ${at + 1} is lost`, faultPlan: only(at, 'after') }] : []),
    { what: `calls from ${at + 1} on fail`, faultPlan: outageFrom(at) },
  ])
  if (clean.problems.length > 0) throw new Error(`Without a fault: ${clean.problems.join('\n')}`)
  const problems: string[] = []
  let repeats = 0
  const take = (what: string, played: RunResult): void => {
    repeats += played.repeats
    const differences = rowsThatDiffer(scenario, clean.rows, played.rows)
    problems.push(...[...played.problems, ...differences].map((problem) => `${what}: ${problem}`))
  }
  const chosen = faults.filter((_, index) => index % every === 0)
  for (const { what, faultPlan } of chosen) take(what, await runOnce(scenario, storage(), keyring, faultPlan))
  for (let storm = 1; storm <= storms; storm++)
    take(`storm ${storm}`, await runOnce(scenario, storage(), keyring, randomFaults(storm)))
  const seconds = (performance.now() - startedAt) / 1000
  return {
    scenario: scenario.name,
    calls: clean.calls.length,
    runs: chosen.length + storms,
    repeats,
    seconds,
    problems,
  }
}

async function runOnce(scenario: Scenario, inner: Storage, keyring: Keyring, faultPlan: FaultPlan): Promise<RunResult> {
  const tenant = `run-${process.pid}-${++runs}`
  const faulty = createFaultyStorage(inner, faultPlan)
  const logged: string[] = []
  const log: Logger['error'] = (fields, message) => logged.push(`${message} ${JSON.stringify(fields)}`)
  const logger: Logger = { error: log, warn: log, info: log }
  const refusals: string[] = []
  const watch = (driver: RequestDriver): RequestDriver => watchReplies(driver, refusals)
  const prepared = await scenario.prepare(
    { storage: faulty.storage, keyring, logger, tenant, rateLimiter: createTenantRateLimiter(faulty.storage, tenant) },
    watch,
  )
  const problems: string[] = []
  const client = createRetryingClient()
  faulty.armed = true
  try {
    await prepared.run(client)
  } catch (error) {
    problems.push(error instanceof Error ? (error.stack ?? error.message) : String(error))
  }
  faulty.armed = false
  problems.push(...((await prepared.findProblems?.()) ?? []))
  for (const secret of prepared.secrets)
    if (logged.some((line) => line.includes(secret))) problems.push(`the log says ${secret}`)
  for (const secret of [driverSecret, ...prepared.secrets])
    if (refusals.some((text) => text.includes(secret))) problems.push(`an error says ${secret}`)
  const rows = await countRows(inner, tenant)
  await prepared.close?.()
  return { calls: faulty.calls, rows, problems, repeats: client.repeats() }
}

/** Records replies of 4xx and 5xx, to search them for secrets. */
function watchReplies(driver: RequestDriver, refusals: string[]): RequestDriver {
  return {
    request: async (method, path, sent) => {
      const answer = await withTimeout(driver.request(method, path, sent), `${method} ${path}`)
      if (answer.status < 400) return answer
      refusals.push(answer.text)
      if (answer.status === 503) throw new BillfoldError('storage.unavailable')
      if (answer.status >= 500) throw new Error(`${method} ${path} is answered ${answer.status}: ${answer.text}`)
      return answer
    },
  }
}

function createRetryingClient(): RetryingClient & { readonly repeats: () => number } {
  let repeated = 0
  const ask = <T extends HasStatus>(call: () => Promise<T>): Promise<T | undefined> => call().catch(unavailable)
  const repeat = async <T extends HasStatus>(
    call: () => Promise<T>,
    find?: () => Promise<T | undefined>,
  ): Promise<T> => {
    for (let attempt = 0; attempt <= maxRetries; attempt++) {
      const found = attempt === 0 ? undefined : await find?.().catch(unavailable)
      const answer = found ?? (await ask(call))
      if (answer !== undefined) return answer
      repeated++
    }
    throw new Error('It is not answered')
  }
  return { retry: (call) => repeat(call), createOnce: repeat, repeats: () => repeated }
}

/** Returns undefined for `storage.unavailable`, from a reply or a direct call. */
function unavailable(error: unknown): undefined {
  if (!isBillfoldError(error, 'storage.unavailable')) throw error
  return undefined
}

async function withTimeout<T>(work: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} hangs`)), callTimeoutMs)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}

function only(at: number, fault: Fault): FaultPlan {
  return (call) => (call === at ? fault : undefined)
}

/** Fails five consecutive calls, concurrent ones included. */
function outageFrom(at: number): FaultPlan {
  return (call) => (call >= at && call < at + 5 ? 'before' : undefined)
}

/** A random fault at one call in twenty, equal for the same seed. */
function randomFaults(seed: number): FaultPlan {
  const { chance } = randomFrom(seed)
  return () => (chance(0.05) ? (chance(0.5) ? 'before' : 'after') : undefined)
}

async function countRows(storage: Storage, tenant: string): Promise<Readonly<Record<string, number>>> {
  const owned = tables.filter(({ columns }) => 'tenant' in columns)
  const counted = owned.map(async (table) => [table.name, (await storage.find(table, { where: { tenant } })).length])
  return Object.fromEntries(await Promise.all(counted))
}

function rowsThatDiffer(
  { variableTables }: Scenario,
  clean: Readonly<Record<string, number>>,
  rows: Readonly<Record<string, number>>,
): readonly string[] {
  return Object.entries(rows).flatMap(([table, count]) => {
    const usual = clean[table] ?? 0
    return count === usual || table in variableTables ? [] : [`${count} rows in ${table}, not ${usual}`]
  })
}
