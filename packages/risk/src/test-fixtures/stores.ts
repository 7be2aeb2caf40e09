import { memoryStorage, type Storage, tables } from '@billfold/core'
import { createTables, kyselyStorage } from '@billfold/storage-kysely'
import { listTestDatabases } from '@billfold/test-databases'
import { risk } from '../risk.ts'

/** A kind of storage with the tables of Billfold and of the module. */
export interface Store {
  readonly name: string
  /** Creates two storages over the same empty tables, as two host processes have. */
  readonly create: () => Promise<{ readonly storages: readonly [Storage, Storage]; readonly drop: () => Promise<void> }>
}

/** Lists memory and every database that responds. */
export async function listStores(): Promise<readonly Store[]> {
  const inMemory: Store = {
    name: 'memory',
    create: () => {
      const storage = memoryStorage()
      return Promise.resolve({ storages: [storage, storage], drop: () => Promise.resolve() })
    },
  }
  const databases = (await listTestDatabases()).map(
    ({ name, dialect, create }): Store => ({
      name,
      create: async () => {
        const { connect, drop } = await create()
        const pools = [connect(), connect()] as const
        await createTables(pools[0], { dialect }, [...tables, ...risk().tables])
        return { storages: [kyselyStorage(pools[0], { dialect }), kyselyStorage(pools[1], { dialect })], drop }
      },
    }),
  )
  return [inMemory, ...databases]
}
