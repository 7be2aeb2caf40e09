import type { DatabaseKind } from './choices.ts'

const connections: Readonly<Record<DatabaseKind, string>> = {
  sqlite: `import { kyselyStorage } from '@billfold/storage-kysely'
import { Kysely, SqliteDialect } from 'kysely'
import Sqlite from 'libsql'

const database = new Sqlite((process.env.DATABASE_URL ?? 'sqlite:billfold.db').replace(/^sqlite:/, ''))

export const dialect = 'sqlite'
export const db = new Kysely({ dialect: new SqliteDialect({ database }) })
export const storage = kyselyStorage(db, { dialect, database })
`,
  postgres: `import { kyselyStorage } from '@billfold/storage-kysely'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, pipeline: true })
pool.on('error', () => {}) // pg emits lost connections as events; an unhandled one would end the process
pool.on('connect', (client) => client.on('error', () => {}))

export const dialect = 'postgres'
export const db = new Kysely({ dialect: new PostgresDialect({ pool }) })
export const storage = kyselyStorage(db, { dialect, pool })
`,
  mariadb: `import { kyselyStorage } from '@billfold/storage-kysely'
import { Kysely, MysqlDialect } from 'kysely'
import { createPool } from 'mysql2'

const pool = createPool({ uri: process.env.DATABASE_URL })

export const dialect = 'mysql' // MariaDB included
export const db = new Kysely({ dialect: new MysqlDialect({ pool }) })
export const storage = kyselyStorage(db, { dialect })
`,
}

/** The file that connects to the database. */
export function databaseFile(database: DatabaseKind): string {
  return connections[database]
}

/** The URL of a new host's database, if the environment names none. */
export const defaultDatabaseUrls: Readonly<Record<DatabaseKind, string>> = {
  sqlite: 'sqlite:billfold.db',
  postgres: 'postgres://postgres@127.0.0.1:5432/billfold',
  mariadb: 'mysql://root@127.0.0.1:3306/billfold',
}

/** Returns true if a URL names a database of this kind. */
export function isUrlOf(database: DatabaseKind, url: string): boolean {
  const schemes = { sqlite: /^(file|sqlite):/, postgres: /^postgres(ql)?:/, mariadb: /^(mysql|mariadb):/ }
  return schemes[database].test(url)
}
