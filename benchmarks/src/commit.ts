import { batch, appliedBatches, insert } from '@billfold/core/storage'
import { createTables } from '@billfold/storage-kysely'
import { type FreshDatabase, listTestDatabases, type TestDatabase } from '@billfold/test-databases'
import { type Contender, connectContenders } from './commit-contenders.ts'
import { accountCount, accounts, randomTransfer, entries, transfers } from './commit-tables.ts'
import { measureProcessors } from './processor-use.ts'
import { saveResult } from './save-result.ts'
import { connectPgbench, type Pgbench } from './pgbench.ts'

// `commit` of a batch of five writes, compared with the same handwritten SQL through the same pool and with pgbench:
// node dist/commit.js [kind of database, or '' for all] [rounds] [milliseconds per round]

const [, , onlyText = '', roundsText = '5', roundMsText = '800'] = process.argv
const rounds = Number(roundsText)
const roundMs = Number(roundMsText)
const clientCounts = [1, 8, 64]
const accountCounts = [accountCount, 4]

interface Round {
  readonly rate: number
  readonly latencies: readonly number[]
  /** CPU time of this process, in microseconds a transfer. */
  readonly ownMicros: number
  /** The share of all processors that was busy, the database's included: 0 to 1. */
  readonly busyShare: number
}

/** Runs one round: concurrent clients, each making one transfer after the other. */
async function runRound({ make }: Contender, clients: number, among: number): Promise<Round> {
  const startedAt = performance.now()
  const latencies: number[] = []
  const used = measureProcessors()
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (performance.now() - startedAt < roundMs) {
        const from = performance.now()
        await make(randomTransfer(among))
        latencies.push(performance.now() - from)
      }
    }),
  )
  const { ownMicros, busyShare } = used()
  const rate = (latencies.length * 1000) / (performance.now() - startedAt)
  return { rate, latencies, ownMicros: ownMicros / latencies.length, busyShare }
}

function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

function quantile(values: readonly number[], part: number): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length * part)] ?? Number.NaN
}

async function measure(database: TestDatabase, fresh: FreshDatabase): Promise<void> {
  const url = fresh.url ?? ''
  await createTables(fresh.connect(), { dialect: database.dialect }, [appliedBatches, accounts, transfers, entries])
  const { storage, contenders, close } = connectContenders(database.kind, url)
  await storage.commit(
    batch(...Array.from({ length: accountCount }, (_, id) => insert(accounts, { id, balance: 1_000_000_000n }))),
  )
  const pgbench = database.kind === 'postgres' ? connectPgbench(url) : undefined
  for (const among of accountCounts) {
    print(
      `\n${database.name}: transfers per second among ${among} accounts, p50 and p99 in ms, CPU of this process in µs, processors busy, medians of ${rounds} rounds`,
    )
    for (const clients of clientCounts) {
      const rates = await compare(contenders, clients, among, pgbench)
      // Right after the transfers, so that other load on the machine affects both.
      const tpcb = pgbench === undefined ? [] : [tpcbRate(pgbench, clients)]
      saveRates(`${database.name}, ${among} accounts, ${clients} clients`, [...rates, ...tpcb])
    }
  }
  pgbench?.close()
  await close()
}

async function compare(
  contenders: readonly Contender[],
  clients: number,
  among: number,
  pgbench: Pgbench | undefined,
): Promise<readonly Rate[]> {
  const all = contenders.map((contender) => ({ contender, done: new Array<Round>() }))
  const pgbenchRates: number[] = []
  for (const { contender } of all) await runRound(contender, clients, among)
  for (let round = 0; round < rounds; round++) {
    for (const { contender, done } of all) done.push(await runRound(contender, clients, among))
    if (pgbench !== undefined && round % 2 === 0) pgbenchRates.push(pgbench.transfer(clients, among))
  }
  const medianRates = all.map(({ done }) => median(done.map(({ rate }) => rate)))
  print(`${clients} clients`)
  for (const [at, { contender, done }] of all.entries()) {
    const latencies = done.flatMap((each) => each.latencies)
    const parts = [
      contender.name.padStart(26),
      (medianRates[at] ?? 0).toFixed(0).padStart(7),
      quantile(latencies, 0.5).toFixed(2).padStart(8),
      quantile(latencies, 0.99).toFixed(2).padStart(8),
      median(done.map(({ ownMicros }) => ownMicros))
        .toFixed(0)
        .padStart(6),
      `${(100 * median(done.map(({ busyShare }) => busyShare))).toFixed(0)} %`.padStart(6),
      `   ${percent(medianRates[at], medianRates[0])} of raw, ${percent(medianRates[at], medianRates[1])} with the id`,
      pgbenchRates.length > 0 ? `, ${percent(medianRates[at], median(pgbenchRates))} of pgbench` : '',
    ]
    print(parts.join(''))
  }
  const ours = all.map(({ contender }, at) => ({ name: contender.name, rate: medianRates[at] ?? Number.NaN }))
  if (pgbenchRates.length === 0) return ours
  print(`${'pgbench, prepared'.padStart(26)}${median(pgbenchRates).toFixed(0).padStart(7)}`)
  return [...ours, { name: 'pgbench, prepared', rate: median(pgbenchRates) }]
}

/** The throughput of one contender. */
interface Rate {
  readonly name: string
  readonly rate: number
}

/** Saves the ratio of the fastest contender of Billfold to each other one. */
function saveRates(where: string, rates: readonly Rate[]): void {
  const isOurs = ({ name }: Rate): boolean => name.startsWith('commit')
  const best = rates.filter(isOurs).toSorted((one, other) => other.rate - one.rate)[0]
  if (best === undefined) return
  for (const { name, rate } of rates.filter((each) => !isOurs(each)))
    saveResult({
      name: `transfer of five writes, ${where}`,
      billfold: `${best.rate.toFixed(0)}/s`,
      other: `${name}: ${rate.toFixed(0)}/s`,
      ratio: best.rate / rate,
    })
}

function tpcbRate(pgbench: Pgbench, clients: number): Rate {
  const [simple, prepared] = [pgbench.tpcb(clients, 'simple'), pgbench.tpcb(clients, 'prepared')]
  print(`pgbench TPC-B, ${clients} clients: ${simple.toFixed(0)} per second, ${prepared.toFixed(0)} prepared`)
  return { name: 'pgbench TPC-B, prepared', rate: prepared }
}

function percent(value = Number.NaN, of = Number.NaN): string {
  return `${((100 * value) / of).toFixed(0)} %`
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

for (const database of await listTestDatabases({ servers: 'always' })) {
  if (database.kind === 'pglite' || (onlyText !== '' && database.kind !== onlyText)) continue
  const fresh = await database.create()
  await measure(database, fresh)
  await fresh.drop()
}
