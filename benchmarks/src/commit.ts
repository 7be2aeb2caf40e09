import { spawnSync } from 'node:child_process'
import { batch, batches, insert, type Storage } from '@billfold/core'
import { createTables, kyselyStorage } from '@billfold/storage-kysely'
import { type FreshDatabase, openTestDatabases, type TestDatabase } from '@billfold/test-databases'
import { Kysely, MysqlDialect, PostgresDialect, SqliteDialect } from 'kysely'
import Database from 'libsql'
import { createPool } from 'mysql2'
import pg from 'pg'
import { rawMysql, rawPostgres, rawSqlite, type RawTransfer } from './commit-raw.ts'
import { accountCount, accounts, anyTransfer, batchOf, entries, transfers } from './commit-tables.ts'

// `commit` of a five-write batch against the same SQL by hand, through one and the same pool, in turns.

const rounds = 5
const roundMs = 800
const poolSize = 16

interface Opened {
  readonly storage: Storage
  readonly raw: RawTransfer
  readonly close: () => Promise<void>
}

type NoTables = Readonly<Record<never, never>>

function open(kind: TestDatabase['kind'], url: string): Opened {
  const storageOn = (db: Kysely<NoTables>, dialect: TestDatabase['dialect'], raw: RawTransfer): Opened => ({
    storage: kyselyStorage(db, { dialect }),
    raw,
    close: () => db.destroy(),
  })
  if (kind === 'postgres') {
    const pool = new pg.Pool({ connectionString: url, max: poolSize })
    return storageOn(new Kysely({ dialect: new PostgresDialect({ pool }) }), 'postgres', rawPostgres(pool))
  }
  if (kind === 'mysql') {
    const pool = createPool({ uri: url, connectionLimit: poolSize })
    return storageOn(new Kysely({ dialect: new MysqlDialect({ pool }) }), 'mysql', rawMysql(pool))
  }
  const database = new Database(url.replace(/^file:/, ''))
  database.exec('pragma journal_mode = wal; pragma synchronous = normal')
  return storageOn(new Kysely({ dialect: new SqliteDialect({ database }) }), 'sqlite', rawSqlite(database))
}

/** How many a second this many clients do, each one after the other, in one round. */
async function rate(clients: number, once: () => Promise<void>): Promise<number> {
  const began = performance.now()
  let done = 0
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (performance.now() - began < roundMs) {
        await once()
        done++
      }
    }),
  )
  return (done * 1000) / (performance.now() - began)
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0
}

async function measure(database: TestDatabase, fresh: FreshDatabase, url: string): Promise<void> {
  await createTables(fresh.connect(), { dialect: database.dialect }, [batches, accounts, transfers, entries])
  const { storage, raw, close } = open(database.kind, url)
  await storage.commit(
    batch(...Array.from({ length: accountCount }, (_, id) => insert(accounts, { id, balance: 1_000_000n }))),
  )
  const contenders = [
    () => storage.commit(batchOf(anyTransfer())),
    () => raw(anyTransfer(), false),
    () => raw(anyTransfer(), true),
  ]
  print(`\n${database.name}: transfers a second`)
  print('clients   commit      raw   raw with the id   commit / raw   commit / raw with the id')
  for (const clients of [1, 8, 64]) {
    const rates: number[][] = contenders.map(() => [])
    for (const contender of contenders) await rate(clients, contender)
    for (let round = 0; round < rounds; round++) {
      for (const [at, contender] of contenders.entries()) rates[at]?.push(await rate(clients, contender))
    }
    const [ours = 0, byHand = 0, byHandWithId = 0] = rates.map(median)
    const cells = [clients, ours.toFixed(0), byHand.toFixed(0), byHandWithId.toFixed(0)]
    const ratios = [ours / byHand, ours / byHandWithId].map((ratio) => `${(100 * ratio).toFixed(0)} %`)
    print([...cells, ...ratios].map((cell, at) => String(cell).padStart([7, 8, 8, 17, 14, 26][at] ?? 0)).join(' '))
  }
  await close()
}

/** What pgbench makes of the same server, for a sense of scale. */
function measurePgbench(url: string): void {
  const target = new URL(url)
  target.search = ''
  const options = target.href
  const environment = { ...process.env, PGOPTIONS: new URL(url).searchParams.get('options') ?? '' }
  const pgbench = (...args: string[]) =>
    spawnSync('pgbench', [...args, options], { env: environment, encoding: 'utf8' })
  if (pgbench('-i', '-q', '-s', '10').status !== 0)
    return print('pgbench: not installed, or not allowed on this server')
  for (const clients of [1, 8, 64]) {
    const { stdout } = pgbench('-n', '-c', String(clients), '-j', '2', '-T', '3')
    print(`pgbench TPC-B, ${clients} clients: ${/tps = (\d+)/.exec(stdout)?.[1] ?? 'no answer'} a second`)
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

for (const database of await openTestDatabases()) {
  if (database.kind === 'pglite') continue
  const fresh = await database.open()
  const url = fresh.url ?? ''
  await measure(database, fresh, url)
  if (database.kind === 'postgres') measurePgbench(url)
  await fresh.drop()
}
