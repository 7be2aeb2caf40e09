import type { Storage } from '@billfold/core'
import { kyselyStorage } from '@billfold/storage-kysely'
import type { TestDatabase } from '@billfold/test-databases'
import { Kysely, MysqlDialect, PostgresDialect, SqliteDialect } from 'kysely'
import Database from 'libsql'
import { createPool } from 'mysql2'
import pg from 'pg'
import { rawMysql, rawPostgres, rawSqlite, type RawTransfer } from './commit-raw.ts'
import { toBatch, type Transfer } from './commit-tables.ts'

/** One way to make a transfer. */
export interface Contender {
  readonly name: string
  readonly make: (transfer: Transfer) => Promise<void>
}

/** All contenders on one database, which share one pool. */
export interface Contenders {
  readonly storage: Storage
  readonly contenders: readonly Contender[]
  readonly close: () => Promise<void>
}

const poolSize = 16

type NoTables = Readonly<Record<never, never>>

/** Creates all contenders for a database. */
export function connectContenders(kind: TestDatabase['kind'], url: string): Contenders {
  if (kind === 'postgres') {
    const pool = new pg.Pool({ connectionString: url, max: poolSize, pipeline: true })
    const db = new Kysely<NoTables>({ dialect: new PostgresDialect({ pool }) })
    return listContenders(db, rawPostgres(pool), {
      'commit through Kysely': kyselyStorage(db, { dialect: 'postgres' }),
      'commit with the pool': kyselyStorage(db, { dialect: 'postgres', pool }),
    })
  }
  if (kind === 'mysql') {
    const pool = createPool({ uri: url, connectionLimit: poolSize })
    const db = new Kysely<NoTables>({ dialect: new MysqlDialect({ pool }) })
    return listContenders(db, rawMysql(pool), { 'commit through Kysely': kyselyStorage(db, { dialect: 'mysql' }) })
  }
  const database = new Database(url.replace(/^file:/, ''))
  database.exec('pragma journal_mode = wal; pragma synchronous = normal')
  const db = new Kysely<NoTables>({ dialect: new SqliteDialect({ database }) })
  return listContenders(db, rawSqlite(database), {
    'commit through Kysely': kyselyStorage(db, { dialect: 'sqlite' }),
    'commit with the database': kyselyStorage(db, { dialect: 'sqlite', database }),
  })
}

function listContenders(
  db: Kysely<NoTables>,
  raw: RawTransfer,
  storages: Readonly<Record<string, Storage>>,
): Contenders {
  const [storage] = Object.values(storages)
  if (storage === undefined) throw new Error('no storage')
  return {
    storage,
    contenders: [
      { name: 'raw', make: (transfer) => raw(transfer, false) },
      { name: 'raw with the id', make: (transfer) => raw(transfer, true) },
      ...Object.entries(storages).map(([name, each]) => ({
        name,
        make: (transfer: Transfer) => each.commit(toBatch(transfer)),
      })),
    ],
    close: () => db.destroy(),
  }
}
