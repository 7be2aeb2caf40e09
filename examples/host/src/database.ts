import type { KyselyStorageOptions } from '@billfold/storage-kysely'
import { Kysely, MysqlDialect, PostgresDialect, SqliteDialect } from 'kysely'
import type { HostSettings } from './settings.ts'

/** The host's database, which also contains Billfold's tables. */
export interface Database {
  readonly db: Kysely<unknown>
  readonly dialect: 'sqlite' | 'postgres' | 'mysql'
  /** The driver below Kysely: enables faster commits. */
  readonly driver: Pick<KyselyStorageOptions, 'pool' | 'database'>
}

/** Connects to DATABASE_URL. Only the driver of its dialect is loaded. */
export async function connectHostDatabase({ databaseUrl }: HostSettings): Promise<Database> {
  const scheme = databaseUrl.slice(0, databaseUrl.indexOf(':'))
  if (scheme === 'postgres' || scheme === 'postgresql') {
    const { default: pg } = await import('pg')
    const pool = new pg.Pool({ connectionString: databaseUrl, max: 10, pipeline: true })
    // Without an `error` listener a lost connection would terminate the process.
    const onLost = (error: Error): void => console.error(`warn database connection lost: ${error.message}`)
    pool.on('error', onLost).on('connect', (client) => client.on('error', onLost))
    return { db: new Kysely({ dialect: new PostgresDialect({ pool }) }), dialect: 'postgres', driver: { pool } }
  }
  if (scheme === 'mysql' || scheme === 'mariadb') {
    const { createPool } = await import('mysql2')
    const pool = createPool({ uri: databaseUrl.replace(/^mariadb:/, 'mysql:'), connectionLimit: 10 })
    return { db: new Kysely({ dialect: new MysqlDialect({ pool }) }), dialect: 'mysql', driver: {} }
  }
  if (scheme !== 'sqlite' && scheme !== 'file')
    throw new Error(`DATABASE_URL must begin with sqlite:, postgres:// or mysql://, not ${scheme}:`)
  const { default: Sqlite } = await import('libsql')
  const database = new Sqlite(databaseUrl.replace(/^(sqlite|file):(\/\/)?/, ''))
  database.pragma('journal_mode = WAL')
  database.pragma('busy_timeout = 5000')
  return { db: new Kysely({ dialect: new SqliteDialect({ database }) }), dialect: 'sqlite', driver: { database } }
}
