import { PGlite } from '@electric-sql/pglite'
import { Kysely, PGliteDialect } from 'kysely'
import type { AnyTables, FreshDatabase, TestDatabase } from './test-database.ts'

/** An empty PostgreSQL in this process, as files: made once, since it takes seconds, and loaded again for each fresh one. */
let empty: Promise<Blob> | undefined

/** PostgreSQL in this process, for machines without a server. It has one connection, which all pools share. */
export function pgliteDatabase(): TestDatabase {
  return { name: 'PGlite, in place of PostgreSQL', kind: 'pglite', dialect: 'postgres', open: openPGlite }
}

async function openPGlite(): Promise<FreshDatabase> {
  empty ??= dumpEmpty()
  const database = await PGlite.create({ loadDataDir: await empty })
  const connect = () => new Kysely<AnyTables>({ dialect: new PGliteDialect({ pglite: database }) })
  return {
    url: undefined,
    connect,
    connectWithDriver: () => ({ db: connect(), driver: {} }),
    drop: () => database.close(),
  }
}

async function dumpEmpty(): Promise<Blob> {
  const database = await PGlite.create()
  const files = await database.dumpDataDir('none')
  await database.close()
  return files
}
