import { afterAll, beforeAll, describe, test } from 'vitest'
import { type OpenStorage, type OpenStore, runStorageCase } from './storage-case.ts'
import { storageCases } from './storage-cases.ts'
import { conformanceTables } from './tables.ts'

/**
 * Registers the whole conformance suite for a storage with vitest. A storage that passes can be given to Billfold.
 *
 * @param name what the storage is called in the report
 * @param open opens a new, empty store with these tables; called once
 *
 * @example
 * ```ts
 * import { memoryStorage } from '@billfold/core'
 * import { describeStorage } from '@billfold/testing'
 *
 * describeStorage('the memory', async () => {
 *   const storage = memoryStorage()
 *   return { storages: [storage, storage], close: async () => {} }
 * })
 * ```
 */
export function describeStorage(name: string, open: OpenStorage): void {
  describe(`${name} keeps the storage contract`, () => {
    let opened: OpenStore | undefined
    beforeAll(async () => {
      opened = await open(conformanceTables)
    })
    afterAll(() => opened?.close())
    for (const storageCase of storageCases) {
      test(storageCase.name, async () => {
        if (opened === undefined) throw new Error('the storage was not opened')
        await runStorageCase(storageCase, opened.storages)
      })
    }
  })
}
