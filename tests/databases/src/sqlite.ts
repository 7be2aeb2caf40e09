import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kysely, type SqliteDatabase, SqliteDialect, type SqliteStatement } from 'kysely'
import Database from 'libsql'
import type { AnyTables, Driver, FreshDatabase, TestDatabase } from './test-database.ts'

/** SQLite is always there. */
export function sqliteDatabase(): TestDatabase {
  return { name: 'SQLite (libsql)', kind: 'sqlite', dialect: 'sqlite', open: openFile }
}

async function openFile(): Promise<FreshDatabase> {
  const directory = mkdtempSync(join(tmpdir(), 'billfold-test-'))
  const file = join(directory, 'test.sqlite')
  const opened: Kysely<AnyTables>[] = []
  const connectWithDriver = () => {
    const made = connectSqliteFile(file)
    opened.push(made.db)
    return made
  }
  return {
    url: `file:${file}`,
    connectWithDriver,
    connect: () => connectWithDriver().db,
    drop: async () => {
      await Promise.all(opened.map((db) => db.destroy()))
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** Opens one connection to the file, and gives it too. */
export function connectSqliteFile(file: string): { readonly db: Kysely<AnyTables>; readonly driver: Driver } {
  const database = new Database(file, { timeout: 0 })
  database.exec('pragma journal_mode = wal')
  return {
    db: new Kysely<AnyTables>({ dialect: new SqliteDialect({ database: careful(database) }) }),
    driver: { database },
  }
}

/**
 * A connection as a host with several processes should have it. No busy timeout: the driver would wait on the thread on which the
 * other connections of these tests are to finish. And transactions take the write lock when they begin, through `exec`: a
 * prepared statement of libsql that met a lock stays open until it is collected, and nothing is committed until then.
 */
function careful(database: Database.Database): SqliteDatabase {
  return {
    close: () => database.close(),
    prepare: (sql) => (/^begin\b/.test(sql) ? beginning(database) : database.prepare(sql)),
  }
}

function beginning(database: Database.Database): SqliteStatement {
  const run = (): { changes: number; lastInsertRowid: number } => {
    database.exec('begin immediate')
    return { changes: 0, lastInsertRowid: 0 }
  }
  return { reader: false, run, all: () => [], iterate: () => [].values() }
}
