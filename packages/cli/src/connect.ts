import type { Dialect } from '@billfold/storage-kysely'
import { Kysely, MysqlDialect, PostgresDialect, type SqliteDatabase, SqliteDialect } from 'kysely'
import { type Terminal, UsageError } from './command.ts'

/** What says which database, for the usage of a command. */
export const databaseUsage = `  --database URL   postgres://..., mysql://... or sqlite:path.db, without a password: a URL that has one is for the
                   environment variable DATABASE_URL, which is the default`

/**
 * The URL of the database that was named.
 *
 * @throws UsageError where none is, or where an argument carries a password: everybody who lists the processes would see it
 */
export function databaseNamed(argument: string | undefined, environment: Terminal['environment']): string {
  const url = argument ?? environment['DATABASE_URL']
  if (url === undefined) throw new UsageError('Say which database: --database URL, or DATABASE_URL in the environment')
  if (argument !== undefined && hasPassword(argument))
    throw new UsageError(
      'A password is never an argument, where others would see it: set DATABASE_URL in the environment',
    )
  return url
}

/** Before the host, or in the query, which PostgreSQL reads as well. */
function hasPassword(url: string): boolean {
  return /^[a-z]+:\/\/[^/?#]*:.*@/i.test(url) || /[?&](ssl)?password=/i.test(url)
}

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
  throw new UsageError('The URL of a database begins with postgres://, mysql:// or sqlite:')
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
