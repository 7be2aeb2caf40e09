import type { KyselyStorageOptions } from '@billfold/storage-kysely'
import { Kysely, MysqlDialect, PostgresDialect, SqliteDialect } from 'kysely'
import type { Settings } from './settings.ts'

/** The host's own database; Billfold keeps its tables in it. */
export interface Database {
  readonly db: Kysely<unknown>
  readonly dialect: 'sqlite' | 'postgres' | 'mysql'
  /** What is below Kysely, with which commits are faster. */
  readonly driver: Pick<KyselyStorageOptions, 'pool' | 'database'>
}

/** Opens what DATABASE_URL names; a driver is loaded only when it is needed. */
export async function openDatabase({ databaseUrl }: Settings): Promise<Database> {
  const scheme = databaseUrl.slice(0, databaseUrl.indexOf(':'))
  if (scheme === 'postgres' || scheme === 'postgresql') {
    const { default: pg } = await import('pg')
    const pool = new pg.Pool({ connectionString: databaseUrl, max: 10, pipeline: true })
    // Without a listener a lost connection, idle or in use, would end the process.
    const lost = (error: Error): void => console.error(`warn a connection was lost: ${error.message}`)
    pool.on('error', lost).on('connect', (client) => client.on('error', lost))
    return { db: new Kysely({ dialect: new PostgresDialect({ pool }) }), dialect: 'postgres', driver: { pool } }
  }
  if (scheme === 'mysql' || scheme === 'mariadb') {
    const { createPool } = await import('mysql2')
    const pool = createPool({ uri: databaseUrl.replace(/^mariadb:/, 'mysql:'), connectionLimit: 10 })
    return { db: new Kysely({ dialect: new MysqlDialect({ pool }) }), dialect: 'mysql', driver: {} }
  }
  if (scheme !== 'sqlite' && scheme !== 'file')
    throw new Error('DATABASE_URL begins with sqlite:, postgres:// or mysql://')
  const { default: Sqlite } = await import('libsql')
  const database = new Sqlite(databaseUrl.replace(/^(sqlite|file):(\/\/)?/, ''))
  database.pragma('journal_mode = WAL')
  database.pragma('busy_timeout = 5000')
  return { db: new Kysely({ dialect: new SqliteDialect({ database }) }), dialect: 'sqlite', driver: { database } }
}
