import type { Dialect } from '@billfold/storage-kysely'
import { Kysely, MysqlDialect, PostgresDialect, type SqliteDatabase, SqliteDialect } from 'kysely'
import { UsageError } from './command.ts'

type NoTables = Readonly<Record<never, never>>

/** A database that is connected to. */
export interface Connected {
  readonly db: Kysely<NoTables>
  readonly dialect: Dialect
}

/**
 * Connects to a database by its URL, with the driver that is installed.
 *
 * @throws UsageError for a URL of another kind, or when its driver is not installed
 */
export async function connect(url: string): Promise<Connected> {
  if (/^postgres(ql)?:/.test(url)) return { db: await connectPostgres(url), dialect: 'postgres' }
  if (/^(mysql|mariadb):/.test(url)) return { db: await connectMysql(url), dialect: 'mysql' }
  if (/^(file|sqlite):/.test(url)) return { db: await connectSqlite(url), dialect: 'sqlite' }
  throw new UsageError('The URL of a database begins with postgres://, mysql:// or file:')
}

async function connectPostgres(url: string): Promise<Kysely<NoTables>> {
  const { default: pg } = await driver('pg', () => import('pg'))
  const pool = new pg.Pool({ connectionString: url, max: 1 })
  pool.on('error', () => {})
  return new Kysely({ dialect: new PostgresDialect({ pool }) })
}

async function connectMysql(url: string): Promise<Kysely<NoTables>> {
  const { createPool } = await driver('mysql2', () => import('mysql2'))
  return new Kysely({
    dialect: new MysqlDialect({ pool: createPool({ uri: url.replace(/^mariadb:/, 'mysql:'), connectionLimit: 1 }) }),
  })
}

async function connectSqlite(url: string): Promise<Kysely<NoTables>> {
  const file = url.replace(/^(file|sqlite):(\/\/(?=\/))?/, '')
  return new Kysely({ dialect: new SqliteDialect({ database: await openSqlite(file) }) })
}

type SqliteConstructor = new (file: string, options: { readonly timeout: number }) => SqliteDatabase

/** Either of the drivers that have the interface of better-sqlite3. */
async function openSqlite(file: string): Promise<SqliteDatabase> {
  for (const name of ['libsql', 'better-sqlite3']) {
    const loaded: unknown = await import(name).catch(() => undefined)
    const Database: unknown = typeof loaded === 'object' && loaded !== null ? Reflect.get(loaded, 'default') : undefined
    if (isConstructor(Database)) return new Database(file, { timeout: 10_000 })
  }
  throw new UsageError('The driver of this database is not installed: npm install libsql (or better-sqlite3)')
}

function isConstructor(value: unknown): value is SqliteConstructor {
  return typeof value === 'function'
}

async function driver<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (error) {
    throw new UsageError(`The driver of this database is not installed: npm install ${name}`, { cause: error })
  }
}
