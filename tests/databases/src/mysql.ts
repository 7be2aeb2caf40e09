import { Kysely, MysqlDialect } from 'kysely'
import { createConnection, createPool } from 'mysql2'
import { type ProbeResult, type AnyTables, freshName, type FreshDatabase, type TestDatabase } from './test-database.ts'

/** Queries the version of the server. */
export async function probeMysql(url: string): Promise<ProbeResult> {
  try {
    const [row] = await queryMysql(url, 'select version() as version')
    return { version: String(row?.['version']) }
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) }
  }
}

/** A MySQL or MariaDB server; each fresh database is a new database on it. */
export function mysqlDatabase(url: string, version: string): TestDatabase {
  const name = /mariadb/i.test(version) ? `MariaDB ${version.split('-')[0] ?? ''}` : `MySQL ${version}`
  return { name, kind: 'mysql', dialect: 'mysql', create: () => createSchema(url) }
}

async function createSchema(url: string): Promise<FreshDatabase> {
  const name = freshName()
  await queryMysql(url, `create database ${name}`)
  const scoped = new URL(url)
  scoped.pathname = `/${name}`
  const connections: Kysely<AnyTables>[] = []
  const connectWithSession = (statements: readonly string[]) => {
    const db = connectMysql(scoped.href, statements)
    connections.push(db)
    return { db, driver: {} }
  }
  const connect = () => connectWithSession([]).db
  return {
    url: scoped.href,
    connect,
    connectWithDriver: () => connectWithSession([]),
    connectWithSession,
    drop: async () => {
      await Promise.all(connections.map((db) => db.destroy()))
      await queryMysql(url, `drop database ${name}`)
    },
  }
}

/** Opens a pool whose connections run the given statements first. */
export function connectMysql(url: string, session: readonly string[] = []): Kysely<AnyTables> {
  const pool = createPool({ uri: url, connectionLimit: 6 })
  pool.on('connection', (connection) => {
    for (const statement of session) connection.query(statement)
  })
  return new Kysely<AnyTables>({ dialect: new MysqlDialect({ pool }) })
}

/** Runs one statement on a new connection. */
export function queryMysql(url: string, sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const connection = createConnection({ uri: url, connectTimeout: 30_000 })
  connection.on('error', () => {})
  return new Promise((resolve, reject) => {
    connection.query(sql, (error: Error | null, rows: unknown) => {
      connection.destroy()
      if (error === null) resolve(Array.isArray(rows) ? rows : [])
      else reject(error)
    })
  })
}
