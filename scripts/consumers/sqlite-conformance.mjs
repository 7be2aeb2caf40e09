// The conformance suite on SQLite, run by vitest in a folder with the Kysely and libsql that npm chose.
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { appliedBatches } from '@billfold/core/storage'
import { createTables, kyselyStorage } from '@billfold/storage-kysely'
import { describeStorage } from '@billfold/testing'
import { Kysely, SqliteDialect } from 'kysely'
import Database from 'libsql'

describeStorage('SQLite', async (tables) => {
  const database = new Database(join(mkdtempSync(join(tmpdir(), 'billfold-consumer-')), 'conformance.sqlite'))
  database.exec('pragma journal_mode = wal')
  const db = new Kysely({ dialect: new SqliteDialect({ database }) })
  await createTables(db, { dialect: 'sqlite' }, [appliedBatches, ...tables])
  const storage = kyselyStorage(db, { dialect: 'sqlite', database })
  return { storages: [storage, storage], close: () => db.destroy() }
})
