import { afterAll, beforeAll, describe, test } from 'vitest'
import { type CreateTestStorage, type StorageUnderTest, runStorageCase } from './storage-case.ts'
import { storageCases } from './storage-cases.ts'
import { conformanceTables } from './tables.ts'

/**
 * Registers the conformance suite of a storage adapter with vitest. A storage that passes works with Billfold.
 *
 * @param name name of the storage in the test report
 * @param create creates an empty store with the given tables; called once
 *
 * @example
 * ```ts
 * import { memoryStorage } from '@billfold/core'
 * import { describeStorage } from '@billfold/testing'
 *
 * describeStorage('in-memory storage', async () => {
 *   const storage = memoryStorage()
 *   return { storages: [storage, storage], close: async () => {} }
 * })
 * ```
 */
export function describeStorage(name: string, create: CreateTestStorage): void {
  describe(`${name}: storage contract`, () => {
    let subject: StorageUnderTest | undefined
    beforeAll(async () => {
      subject = await create(conformanceTables)
    })
    afterAll(() => subject?.close())
    for (const storageCase of storageCases) {
      test(storageCase.name, async () => {
        if (subject === undefined) throw new Error('the storage was not created')
        await runStorageCase(storageCase, subject.storages)
      })
    }
  })
}
