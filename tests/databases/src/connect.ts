import type { Kysely } from 'kysely'
import { connectMysql } from './mysql.ts'
import { connectPostgresPool } from './postgres.ts'
import { connectSqliteFile } from './sqlite.ts'
import type { AnyTables, Driver, TestDatabase } from './test-database.ts'

/** The same, with the driver below Kysely. */
export function connectWithDriverTo(
  dialect: TestDatabase['dialect'],
  url: string,
): { readonly db: Kysely<AnyTables>; readonly driver: Driver } {
  const connect = {
    sqlite: (file: string) => connectSqliteFile(file.replace(/^file:/, '')),
    postgres: (at: string) => connectPostgresPool(at),
    mysql: (at: string) => ({ db: connectMysql(at), driver: {} }),
  }
  return connect[dialect](url)
}

/** Connects to a test database by its URL, in a child process. */
export function connectTo(dialect: TestDatabase['dialect'], url: string): Kysely<AnyTables> {
  return connectWithDriverTo(dialect, url).db
}
