import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Dialect } from '@billfold/storage-kysely'
import { Kysely, MysqlDialect, PostgresDialect, type SqliteDatabase, SqliteDialect } from 'kysely'
import { type Terminal, UsageError } from './command.ts'

/** The options that name the database. */
export const databaseOptions = {
  database: {
    type: 'string',
    value: 'URL',
    help: 'postgres://..., mysql://... or sqlite:path.db, without a password; default: the environment variable DATABASE_URL, which may contain a password',
  },
  schema: { type: 'string', value: 'NAME', help: 'PostgreSQL: the schema, MySQL and MariaDB: the database' },
  prefix: { type: 'string', value: 'NAME', help: 'the prefix of table names; default: billfold_' },
  cluster: { type: 'string', value: 'NAME', help: 'galera or pgpool, as in the option `cluster` of the host' },
} as const

/**
 * Returns the database URL from the argument or the environment.
 *
 * @throws UsageError if there is none, or if the argument contains a password, which would be visible in the process
 *   list
 */
export function resolveDatabaseUrl(argument: string | undefined, environment: Terminal['environment']): string {
  const url = argument ?? environment['DATABASE_URL']
  if (url === undefined) throw new UsageError('Missing argument: --database URL, or DATABASE_URL in the environment')
  if (argument !== undefined && hasPassword(argument))
    throw new UsageError(
      '--database must not contain a password, which would be visible in the process list: set DATABASE_URL',
    )
  return url
}

/** Checks the part before the host, and the query, where PostgreSQL accepts passwords too. */
function hasPassword(url: string): boolean {
  return /^[a-z]+:\/\/[^/?#]*:.*@/i.test(url) || /[?&](ssl)?password=/i.test(url)
}

type NoTables = Readonly<Record<never, never>>

/** A connected database. */
export interface ConnectedDatabase {
  readonly db: Kysely<NoTables>
  readonly dialect: Dialect
}

/** What becomes of a SQLite file that does not exist: `empty` connects to an empty database in memory. */
export type MissingFile = 'create' | 'reject' | 'empty'

/**
 * Connects to a database by its URL, with the installed driver.
 *
 * @param missingFile - the drivers of SQLite would create a file under any name, so only a migration lets them
 * @throws UsageError for an unsupported URL, for a file that does not exist, or if the driver is not installed
 */
export async function connectDatabase(url: string, missingFile: MissingFile): Promise<ConnectedDatabase> {
  if (/^postgres(ql)?:/.test(url)) return { db: await connectPostgres(url), dialect: 'postgres' }
  if (/^(mysql|mariadb):/.test(url)) return { db: await connectMysql(url), dialect: 'mysql' }
  if (/^(file|sqlite):/.test(url)) return { db: await connectSqlite(url, missingFile), dialect: 'sqlite' }
  throw new UsageError('The database URL must start with postgres://, mysql:// or sqlite:')
}

async function connectPostgres(url: string): Promise<Kysely<NoTables>> {
  const { default: pg } = await loadDriver('pg', () => import('pg'))
  const pool = new pg.Pool({ connectionString: url, max: 1 })
  pool.on('error', () => {})
  return new Kysely({ dialect: new PostgresDialect({ pool }) })
}

async function connectMysql(url: string): Promise<Kysely<NoTables>> {
  const { createPool } = await loadDriver('mysql2', () => import('mysql2'))
  return new Kysely({
    dialect: new MysqlDialect({ pool: createPool({ uri: url.replace(/^mariadb:/, 'mysql:'), connectionLimit: 1 }) }),
  })
}

async function connectSqlite(url: string, missingFile: MissingFile): Promise<Kysely<NoTables>> {
  const file = resolveFile(url.replace(/^(file|sqlite):(\/\/(?=\/))?/, ''), missingFile)
  return new Kysely({ dialect: new SqliteDialect({ database: await loadSqliteDatabase(file) }) })
}

/** An empty name, like `:memory:`, is a database without a file. */
function resolveFile(file: string, missingFile: MissingFile): string {
  if (file === '' || file === ':memory:' || existsSync(file)) return file
  if (!existsSync(dirname(file)))
    throw new UsageError(
      `There is no database ${file}, and no folder ${dirname(file)}: create the folder, or correct the URL`,
    )
  if (missingFile === 'reject')
    throw new UsageError(
      `There is no database ${file}: correct the URL, or run "billfold migrate --database sqlite:${file}", which creates it`,
    )
  return missingFile === 'create' ? file : ':memory:'
}

type SqliteConstructor = new (file: string, options: { readonly timeout: number }) => SqliteDatabase

/** Opens SQLite with either driver that has the interface of better-sqlite3. */
async function loadSqliteDatabase(file: string): Promise<SqliteDatabase> {
  for (const name of ['libsql', 'better-sqlite3']) {
    const loaded: unknown = await import(name).catch(() => undefined)
    const Database: unknown = typeof loaded === 'object' && loaded !== null ? Reflect.get(loaded, 'default') : undefined
    if (isConstructor(Database)) return new Database(file, { timeout: 10_000 })
  }
  throw new UsageError('The database driver is not installed: npm install libsql (or better-sqlite3)')
}

function isConstructor(value: unknown): value is SqliteConstructor {
  return typeof value === 'function'
}

async function loadDriver<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (error) {
    throw new UsageError(`The database driver is not installed: npm install ${name}`, { cause: error })
  }
}
