import { memoryStorage, type Storage, tables } from '@billfold/core'
import { type Table } from '@billfold/core/storage'
import { createTables, kyselyStorage } from '@billfold/storage-kysely'
import { openTestDatabases } from '@billfold/test-databases'

/** Somewhere to keep all tables of Billfold. */
export interface Store {
  readonly name: string
  /** Two storages over fresh tables, as two host processes would have. */
  readonly open: () => Promise<OpenStore>
}

/** Fresh tables. */
export interface OpenStore {
  readonly storages: readonly [Storage, Storage]
  /** How a child process reaches them, where one can. */
  readonly reach: { readonly dialect: 'sqlite' | 'postgres' | 'mysql'; readonly url: string } | undefined
  readonly drop: () => Promise<void>
}

/** The memory, and every database that answers. */
export async function everyStore(): Promise<readonly Store[]> {
  const inMemory: Store = {
    name: 'memory',
    open: async () => {
      const storage = memoryStorage()
      return { storages: [storage, storage], reach: undefined, drop: async () => {} }
    },
  }
  const databases = (await openTestDatabases()).map(
    ({ name, dialect, open }): Store => ({
      name,
      open: async () => {
        const { connect, url, drop } = await open()
        const pools = [connect(), connect()] as const
        await createTables(pools[0], { dialect }, tables)
        return {
          storages: [kyselyStorage(pools[0], { dialect }), kyselyStorage(pools[1], { dialect })],
          reach: url === undefined ? undefined : { dialect, url },
          drop,
        }
      },
    }),
  )
  return [inMemory, ...databases]
}

/** A table of Billfold, as an intruder sees it who knows the database alone. */
export function tableNamed(name: string): Table {
  const table = tables.find((known) => known.name === name)
  if (table === undefined) throw new Error(`there is no table ${name}`)
  return table
}
