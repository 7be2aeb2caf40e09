import { batches } from '@billfold/core/storage'
import { openTestDatabases } from '@billfold/test-databases'
import { describeStorage } from '@billfold/testing'
import { createTables } from './create-tables.ts'
import { kyselyStorage } from './kysely-storage.ts'

for (const database of await openTestDatabases()) {
  const { dialect } = database
  describeStorage(`Kysely on ${database.name}`, async (tables) => {
    const fresh = await database.open()
    const first = fresh.connect()
    await createTables(first, { dialect }, [batches, ...tables])
    const open = (db: typeof first) => kyselyStorage(db, { dialect })
    return { storages: [open(first), open(fresh.connect()), open(fresh.connect())], close: fresh.drop }
  })
}
