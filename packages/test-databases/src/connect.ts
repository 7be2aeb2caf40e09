import type { Kysely } from 'kysely'
import { connectMysql } from './mysql.ts'
import { connectPostgres } from './postgres.ts'
import { connectSqlite } from './sqlite.ts'
import type { AnyTables, TestDatabase } from './test-database.ts'

/** Opens a fresh database by its url, in a child process. */
export function connectTo(dialect: TestDatabase['dialect'], url: string): Kysely<AnyTables> {
  const connect = {
    sqlite: (file: string) => connectSqlite(file.replace(/^file:/, '')),
    postgres: connectPostgres,
    mysql: connectMysql,
  }
  return connect[dialect](url)
}
