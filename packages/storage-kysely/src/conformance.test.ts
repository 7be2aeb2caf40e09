import { appliedBatches } from '@billfold/core/storage'
import { type FreshDatabase, listTestDatabases } from '@billfold/test-databases'
import { describeStorage } from '@billfold/testing'
import { createTables } from './schema/create-tables.ts'
import { kyselyStorage } from './kysely-storage.ts'

/** Through Kysely only, and with its driver, on databases where the driver makes a difference. */
const forms = {
  'through Kysely': (fresh: FreshDatabase) => ({ db: fresh.connect(), driver: {} }),
  'with its driver': (fresh: FreshDatabase) => fresh.connectWithDriver(),
} as const

for (const database of await listTestDatabases({ servers: 'always' })) {
  const { dialect, kind } = database
  for (const [form, connect] of Object.entries(forms)) {
    if (form === 'with its driver' && (kind === 'mysql' || kind === 'pglite')) continue
    describeStorage(`Kysely on ${database.name} ${form}`, async (tables) => {
      const fresh = await database.create()
      await createTables(fresh.connect(), { dialect }, [appliedBatches, ...tables])
      const connectStorage = () => {
        const { db, driver } = connect(fresh)
        return kyselyStorage(db, { dialect, ...driver })
      }
      return { storages: [connectStorage(), connectStorage(), connectStorage()], close: fresh.drop }
    })
  }
}
