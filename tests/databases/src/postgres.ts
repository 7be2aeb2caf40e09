import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { waitsForDisk } from './durability.ts'
import {
  type ProbeResult,
  type AnyTables,
  type Driver,
  freshName,
  type FreshDatabase,
  type TestDatabase,
} from './test-database.ts'

/** Queries the version of the server. */
export async function probePostgres(url: string): Promise<ProbeResult> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 30_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    const { rows } = await client.query<{ server_version: string }>('show server_version')
    return { version: rows[0]?.server_version.split(' ')[0] ?? '' }
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) }
  } finally {
    await client.end().catch(() => {})
  }
}

/** A PostgreSQL server; each fresh database is a new schema on it. */
export function postgresDatabase(url: string, version: string): TestDatabase {
  return { name: `PostgreSQL ${version}`, kind: 'postgres', dialect: 'postgres', create: () => createSchema(url) }
}

async function createSchema(url: string): Promise<FreshDatabase> {
  const schema = freshName()
  await queryPostgres(url, `create schema ${schema}`)
  const scoped = new URL(url)
  scoped.searchParams.set('options', `-c search_path=${schema}${waitsForDisk ? '' : ' -c synchronous_commit=off'}`)
  // Lets a test distinguish its own connections from others on the server.
  scoped.searchParams.set('application_name', schema)
  const connections: Kysely<AnyTables>[] = []
  const connectWithSession = (statements: readonly string[]) => {
    const connected = connectPostgresPool(scoped.href, statements)
    connections.push(connected.db)
    return connected
  }
  return {
    url: scoped.href,
    connectWithDriver: () => connectWithSession([]),
    connectWithSession,
    connect: () => connectWithSession([]).db,
    drop: async () => {
      await Promise.all(connections.map((db) => db.destroy()))
      await queryPostgres(url, `drop schema ${schema} cascade`)
    },
  }
}

/** Opens a pool, whose connections run the given statements first, and returns it with its Kysely instance. */
export function connectPostgresPool(
  url: string,
  session: readonly string[] = [],
): { readonly db: Kysely<AnyTables>; readonly driver: Driver } {
  const pool = createPool(url)
  pool.on('connect', (client) => {
    for (const statement of session) void client.query(statement)
  })
  return { db: new Kysely<AnyTables>({ dialect: new PostgresDialect({ pool }) }), driver: { pool } }
}

/** Creates a pool whose lost connections do not crash the process: `pg` emits `error` events even for clients in use. */
function createPool(url: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: 6, pipeline: true })
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

/** Runs one statement on a new connection, and returns its rows. */
export async function queryPostgres(url: string, sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 30_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    const { rows } = await client.query<Readonly<Record<string, unknown>>>(sql)
    return rows
  } finally {
    await client.end().catch(() => {})
  }
}
