import { batch, remove, type Storage, type Table } from '@billfold/core/storage'
import { conformanceTables } from './tables.ts'

/** A storage under test. */
export interface StorageUnderTest {
  /** Several instances over one store, as in several processes. At least two, so that races are real. */
  readonly storages: readonly [Storage, Storage, ...Storage[]]
  /** Closes all instances and deletes the store. */
  readonly close: () => Promise<void>
}

/** Creates an empty store with these tables, and with the table `appliedBatches` of `@billfold/core/storage`. */
export type CreateTestStorage = (tables: readonly Table[]) => Promise<StorageUnderTest>

/** Context of a case. The tables are empty at its start. */
export interface StorageCaseContext {
  /** All instances. */
  readonly storages: StorageUnderTest['storages']
  /** The first instance. */
  readonly storage: Storage
  /** Instance by index, modulo the number of instances. */
  readonly instance: (index: number) => Storage
}

/** One requirement of the storage contract. `run` rejects if the storage violates it. */
export interface StorageCase {
  readonly name: string
  readonly run: (store: StorageCaseContext) => Promise<void>
}

/** Result of a case: `error` is undefined if it passed. */
export interface CaseResult {
  readonly name: string
  readonly error: unknown
}

/** Empties the tables and runs one case. Rejects if the case fails. */
export async function runStorageCase(storageCase: StorageCase, storages: StorageUnderTest['storages']): Promise<void> {
  const [storage] = storages
  await storage.commit(batch(...conformanceTables.map((table) => remove(table, { where: {}, expectedRows: 'any' }))))
  await storageCase.run({ storages, storage, instance: (index) => storages[index % storages.length] ?? storage })
}

/**
 * Runs cases without a test framework, each with its own store.
 *
 * @param create creates an empty store; called for every case
 * @returns one result per case, in order
 *
 * @example
 * ```ts
 * import { memoryStorage } from '@billfold/core'
 * import { runStorageCases, storageCases } from '@billfold/testing'
 *
 * const results = await runStorageCases(storageCases, async () => {
 *   const storage = memoryStorage()
 *   return { storages: [storage, storage], close: async () => {} }
 * })
 * const failed = results.filter(({ error }) => error !== undefined)
 * ```
 */
export async function runStorageCases(cases: readonly StorageCase[], create: CreateTestStorage): Promise<CaseResult[]> {
  const results: CaseResult[] = []
  for (const storageCase of cases) {
    const store = await create(conformanceTables)
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
