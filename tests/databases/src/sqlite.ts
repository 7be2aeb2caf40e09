import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kysely, type SqliteDatabase, SqliteDialect, type SqliteStatement } from 'kysely'
import Database from 'libsql'
import { waitsForDisk } from './durability.ts'
import type { AnyTables, Driver, FreshDatabase, TestDatabase } from './test-database.ts'

/** SQLite, which is always available. */
export function sqliteDatabase(): TestDatabase {
  return { name: 'SQLite (libsql)', kind: 'sqlite', dialect: 'sqlite', create: createFile }
}

async function createFile(): Promise<FreshDatabase> {
  const directory = mkdtempSync(join(tmpdir(), 'billfold-test-'))
  const file = join(directory, 'test.sqlite')
  const connections: Kysely<AnyTables>[] = []
  const connectWithSession = (statements: readonly string[]) => {
    const connected = connectSqliteFile(file, statements)
    connections.push(connected.db)
    return connected
  }
  return {
    url: `file:${file}`,
    connectWithDriver: () => connectWithSession([]),
    connectWithSession,
    connect: () => connectWithSession([]).db,
    drop: async () => {
      await Promise.all(connections.map((db) => db.destroy()))
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** Opens a connection to the file, runs the given statements on it, and returns it with its Kysely instance. */
export function connectSqliteFile(
  file: string,
  session: readonly string[] = [],
): { readonly db: Kysely<AnyTables>; readonly driver: Driver } {
  const database = new Database(file, { timeout: 0 })
  database.exec('pragma journal_mode = wal')
  if (!waitsForDisk) database.exec('pragma synchronous = off')
  for (const statement of session) database.exec(statement)
  return {
    db: new Kysely<AnyTables>({ dialect: new SqliteDialect({ database: withImmediateTransactions(database) }) }),
    driver: { database },
  }
}

/**
 * Adapts a connection for several connections in one process. It has no busy timeout: the driver would block the thread on which
 * the other connections have to finish. Transactions acquire the write lock when they begin, through `exec`: a prepared statement
 * of libsql that fails on a lock stays open until it is garbage-collected, and blocks commits until then.
 */
function withImmediateTransactions(database: Database.Database): SqliteDatabase {
  return {
    close: () => database.close(),
    prepare: (sql) => (/^begin\b/.test(sql) ? beginStatement(database) : database.prepare(sql)),
  }
}

function beginStatement(database: Database.Database): SqliteStatement {
  const run = (): { changes: number; lastInsertRowid: number } => {
    database.exec('begin immediate')
    return { changes: 0, lastInsertRowid: 0 }
  }
  return { reader: false, run, all: () => [], iterate: () => [].values() }
}
