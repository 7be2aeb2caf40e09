import { PGlite } from '@electric-sql/pglite'
import { Kysely, PGliteDialect } from 'kysely'
import type { AnyTables, FreshDatabase, TestDatabase } from './test-database.ts'

/** The files of an emptyDatabase database, created once because that takes seconds, and loaded for each fresh database. */
let emptyDatabase: Promise<Blob> | undefined

/** PostgreSQL inside this process, for machines without a server. All pools share its only connection. */
export function pgliteDatabase(): TestDatabase {
  return { name: 'PGlite, in place of PostgreSQL', kind: 'pglite', dialect: 'postgres', create: createPGlite }
}

async function createPGlite(): Promise<FreshDatabase> {
  emptyDatabase ??= dumpEmpty()
  const database = await PGlite.create({ loadDataDir: await emptyDatabase })
  const connect = () => new Kysely<AnyTables>({ dialect: new PGliteDialect({ pglite: database }) })
  return {
    url: undefined,
    connect,
    connectWithDriver: () => ({ db: connect(), driver: {} }),
    connectWithSession: (statements) => {
      for (const statement of statements) void database.exec(statement)
      return { db: connect(), driver: {} }
    },
    drop: () => database.close(),
  }
}

async function dumpEmpty(): Promise<Blob> {
  const database = await PGlite.create()
  const files = await database.dumpDataDir('none')
  await database.close()
  return files
}
