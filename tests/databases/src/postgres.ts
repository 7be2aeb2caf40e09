import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import {
  type Answer,
  type AnyTables,
  type Driver,
  freshName,
  type FreshDatabase,
  type TestDatabase,
} from './test-database.ts'

/** Asks the server for its version. */
export async function askPostgres(url: string): Promise<Answer> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 3_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    const { rows } = await client.query<{ server_version: string }>('show server_version')
    return { version: rows[0]?.server_version.split(' ')[0] ?? '' }
  } catch (error) {
    return { silent: error instanceof Error ? error.message : String(error) }
  } finally {
    await client.end().catch(() => {})
  }
}

/** A PostgreSQL server; each fresh database is a schema of its own in it. */
export function postgresDatabase(url: string, version: string): TestDatabase {
  return { name: `PostgreSQL ${version}`, kind: 'postgres', dialect: 'postgres', open: () => openSchema(url) }
}

async function openSchema(url: string): Promise<FreshDatabase> {
  const schema = freshName()
  await once(url, `create schema ${schema}`)
  const scoped = new URL(url)
  scoped.searchParams.set('options', `-c search_path=${schema}`)
  // So that a test can tell its own connections from those of others on the server.
  scoped.searchParams.set('application_name', schema)
  const opened: Kysely<AnyTables>[] = []
  const connectWithDriver = () => {
    const made = connectPostgresPool(scoped.href)
    opened.push(made.db)
    return made
  }
  return {
    url: scoped.href,
    connectWithDriver,
    connect: () => connectWithDriver().db,
    drop: async () => {
      await Promise.all(opened.map((db) => db.destroy()))
      await once(url, `drop schema ${schema} cascade`)
    },
  }
}

/** Opens one pool, and gives it too. */
export function connectPostgresPool(url: string): { readonly db: Kysely<AnyTables>; readonly driver: Driver } {
  const pool = poolOf(url)
  return { db: new Kysely<AnyTables>({ dialect: new PostgresDialect({ pool }) }), driver: { pool } }
}

/** A pool whose lost connections end no process: pg says so by an event, even on a client that is in use. */
function poolOf(url: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: 6, pipeline: true })
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

async function once(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(sql)
  await client.end()
}
