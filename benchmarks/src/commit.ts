import { batch, appliedBatches, insert } from '@billfold/core/storage'
import { createTables } from '@billfold/storage-kysely'
import { type FreshDatabase, openTestDatabases, type TestDatabase } from '@billfold/test-databases'
import { type Contender, openContenders } from './commit-contenders.ts'
import { accountCount, accounts, anyTransfer, entries, transfers } from './commit-tables.ts'
import { keepFigure } from './figures.ts'
import { openPgbench, type Pgbench } from './pgbench.ts'

// `commit` of a five-write batch against the same SQL by hand, through one and the same pool, in turns, and against pgbench:
// node dist/commit.js [kind of database, or '' for all] [rounds] [milliseconds a round]

const [, , onlyText = '', roundsText = '5', roundMsText = '800'] = process.argv
const rounds = Number(roundsText)
const roundMs = Number(roundMsText)
const clientCounts = [1, 8, 64]
const accountCounts = [accountCount, 4]

interface Round {
  readonly rate: number
  readonly latencies: readonly number[]
}

/** This many clients, each making one transfer after the other, for one round. */
async function round({ make }: Contender, clients: number, among: number): Promise<Round> {
  const began = performance.now()
  const latencies: number[] = []
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (performance.now() - began < roundMs) {
        const from = performance.now()
        await make(anyTransfer(among))
        latencies.push(performance.now() - from)
      }
    }),
  )
  return { rate: (latencies.length * 1000) / (performance.now() - began), latencies }
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
  const { storage, contenders, close } = openContenders(database.kind, url)
  await storage.commit(
    batch(...Array.from({ length: accountCount }, (_, id) => insert(accounts, { id, balance: 1_000_000_000n }))),
  )
  const pgbench = database.kind === 'postgres' ? openPgbench(url) : undefined
  for (const among of accountCounts) {
    print(
      `\n${database.name}: transfers a second among ${among} accounts, p50 and p99 in ms, medians of ${rounds} rounds`,
    )
    for (const clients of clientCounts) {
      const rates = await compare(contenders, clients, among, pgbench)
      // Beside the transfers of the same clients, so that what the machine does falls on both alike.
      const tpcb = pgbench === undefined ? [] : [tpcbRate(pgbench, clients)]
      keepRates(`${database.name}, ${among} accounts, ${clients} clients`, [...rates, ...tpcb])
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
  const benched: number[] = []
  for (const { contender } of all) await round(contender, clients, among)
  for (let turn = 0; turn < rounds; turn++) {
    for (const { contender, done } of all) done.push(await round(contender, clients, among))
    if (pgbench !== undefined && turn % 2 === 0) benched.push(pgbench.transfer(clients, among))
  }
  const byHand = all.map(({ done }) => median(done.map(({ rate }) => rate)))
  print(`${clients} clients`)
  for (const [at, { contender, done }] of all.entries()) {
    const latencies = done.flatMap((each) => each.latencies)
    const parts = [
      contender.name.padStart(26),
      (byHand[at] ?? 0).toFixed(0).padStart(7),
      quantile(latencies, 0.5).toFixed(2).padStart(8),
      quantile(latencies, 0.99).toFixed(2).padStart(8),
      `   ${percent(byHand[at], byHand[0])} of raw, ${percent(byHand[at], byHand[1])} with the id`,
      benched.length > 0 ? `, ${percent(byHand[at], median(benched))} of pgbench` : '',
    ]
    print(parts.join(''))
  }
  const ours = all.map(({ contender }, at) => ({ name: contender.name, rate: byHand[at] ?? Number.NaN }))
  if (benched.length === 0) return ours
  print(`${'pgbench, prepared'.padStart(26)}${median(benched).toFixed(0).padStart(7)}`)
  return [...ours, { name: 'pgbench, prepared', rate: median(benched) }]
}

/** What one way of making transfers came to. */
interface Rate {
  readonly name: string
  readonly rate: number
}

/** The fastest way through Billfold against each way without it. */
function keepRates(where: string, rates: readonly Rate[]): void {
  const isOurs = ({ name }: Rate): boolean => name.startsWith('commit')
  const best = rates.filter(isOurs).toSorted((one, other) => other.rate - one.rate)[0]
  if (best === undefined) return
  for (const { name, rate } of rates.filter((each) => !isOurs(each)))
    keepFigure({
      what: `a transfer of five writes, ${where}`,
      billfold: `${best.rate.toFixed(0)}/s`,
      other: `${name}: ${rate.toFixed(0)}/s`,
      ratio: best.rate / rate,
    })
}

function tpcbRate(pgbench: Pgbench, clients: number): Rate {
  const [simple, prepared] = [pgbench.tpcb(clients, 'simple'), pgbench.tpcb(clients, 'prepared')]
  print(`pgbench TPC-B, ${clients} clients: ${simple.toFixed(0)} a second, ${prepared.toFixed(0)} prepared`)
  return { name: 'pgbench TPC-B, prepared', rate: prepared }
}

function percent(value = Number.NaN, of = Number.NaN): string {
  return `${((100 * value) / of).toFixed(0)} %`
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

for (const database of await openTestDatabases()) {
  if (database.kind === 'pglite' || (onlyText !== '' && database.kind !== onlyText)) continue
  const fresh = await database.open()
  await measure(database, fresh)
  await fresh.drop()
}
