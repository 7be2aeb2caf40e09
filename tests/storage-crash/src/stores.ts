import { memoryStorage, type Storage, tables } from '@billfold/core'
import { type Table } from '@billfold/core/storage'
import { createTables, kyselyStorage } from '@billfold/storage-kysely'
import { listTestDatabases } from '@billfold/test-databases'

/** A kind of storage with all tables of Billfold. */
export interface Store {
  readonly name: string
  /** Creates two storages over the same empty tables, as two host processes would have. */
  readonly create: () => Promise<ConnectedStore>
}

/** Storages over empty tables. */
export interface ConnectedStore {
  readonly storages: readonly [Storage, Storage]
  /** How a child process reaches them; undefined if it cannot. */
  readonly connection: { readonly dialect: 'sqlite' | 'postgres' | 'mysql'; readonly url: string } | undefined
  readonly drop: () => Promise<void>
}

/** Lists memory and every database that responds. */
export async function listStores(): Promise<readonly Store[]> {
  const inMemory: Store = {
    name: 'memory',
    create: async () => {
      const storage = memoryStorage()
      return { storages: [storage, storage], connection: undefined, drop: async () => {} }
    },
  }
  const databases = (await listTestDatabases({ servers: 'always' })).map(
    ({ name, dialect, create }): Store => ({
      name,
      create: async () => {
        const { connect, url, drop } = await create()
        const pools = [connect(), connect()] as const
        await createTables(pools[0], { dialect }, tables)
        return {
          storages: [kyselyStorage(pools[0], { dialect }), kyselyStorage(pools[1], { dialect })],
          connection: url === undefined ? undefined : { dialect, url },
          drop,
        }
      },
    }),
  )
  return [inMemory, ...databases]
}

/** Returns a table of Billfold by name, for direct access as an attacker with database access would have. */
export function getTable(name: string): Table {
  const table = tables.find((known) => known.name === name)
  if (table === undefined) throw new Error(`no table ${name}`)
  return table
}
