import { batch, remove, type Storage, type Table } from '@billfold/core/storage'
import { conformanceTables } from './tables.ts'

/** A store that is open for testing. */
export interface OpenStore {
  /** Several instances over the one store, as several processes have them: two at least, so that races are races. */
  readonly storages: readonly [Storage, Storage, ...Storage[]]
  /** Closes all of them, and removes the store. */
  readonly close: () => Promise<void>
}

/** Opens a new, empty store that has these tables, and Billfold's own table `batches`. */
export type OpenStorage = (tables: readonly Table[]) => Promise<OpenStore>

/** What a case works with. The tables are empty when it starts. */
export interface Store {
  readonly storages: OpenStore['storages']
  /** The first of the instances. */
  readonly storage: Storage
  /** One of the instances, going round. */
  readonly nth: (index: number) => Storage
}

/** One sentence of the storage contract, and what shows that it is true: `run` rejects when it is not. */
export interface StorageCase {
  readonly name: string
  readonly run: (store: Store) => Promise<void>
}

/** How a case went: `error` is undefined when it passed. */
export interface CaseResult {
  readonly name: string
  readonly error: unknown
}

/** Empties the tables and runs one case. */
export async function runStorageCase(storageCase: StorageCase, storages: OpenStore['storages']): Promise<void> {
  const [storage] = storages
  await storage.commit(batch(...conformanceTables.map((table) => remove(table, { where: {}, hits: 'any' }))))
  await storageCase.run({ storages, storage, nth: (index) => storages[index % storages.length] ?? storage })
}

/** Runs cases without a test framework, each in a store of its own, and says how each went. */
export async function runStorageCases(cases: readonly StorageCase[], open: OpenStorage): Promise<CaseResult[]> {
  const results: CaseResult[] = []
  for (const storageCase of cases) {
    const store = await open(conformanceTables)
    try {
      await runStorageCase(storageCase, store.storages)
      results.push({ name: storageCase.name, error: undefined })
    } catch (error) {
      results.push({ name: storageCase.name, error })
    } finally {
      await store.close()
    }
  }
  return results
}
