import { memoryStorage } from '@billfold/core/storage'
import { describe, expect, test } from 'vitest'
import { brokenStorages } from './broken-storages.ts'
import { runStorageCases } from './storage-case.ts'
import { storageCases } from './storage-cases.ts'

describe('the storage suite detects a storage where', () => {
  test.each(brokenStorages)('$fault', async ({ detectedBy, createInstances }) => {
    const results = await runStorageCases(storageCases, async () => ({
      storages: createInstances(),
      close: async () => {},
    }))
    const failed = results.filter((result) => result.error !== undefined).map((result) => result.name)
    for (const part of detectedBy) expect(failed).toContainEqual(expect.stringContaining(part))
  })
})

test('the storage suite passes for the in-memory storage', async () => {
  const results = await runStorageCases(storageCases, async () => {
    const storage = memoryStorage()
    return { storages: [storage, storage], close: async () => {} }
  })
  expect(results.filter((result) => result.error !== undefined)).toEqual([])
  expect(results.length).toBe(storageCases.length)
})

test('the storage suite has unique case names', () => {
  expect(new Set(storageCases.map((storageCase) => storageCase.name)).size).toBe(storageCases.length)
})
