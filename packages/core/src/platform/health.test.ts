import { expect, test } from 'vitest'
import { BillfoldError } from '../kernel/errors.ts'
import { silentLogger } from '../kernel/logger.ts'
import { appliedBatches, memoryStorage, type Storage } from '../kernel/storage/index.ts'
import { checkHealth, checkReads } from './health.ts'

const fail = (): Promise<never> => Promise.reject(new BillfoldError('storage.unavailable'))

function check(storage: Storage) {
  const logged: string[] = []
  const services = {
    storage,
    logger: { ...silentLogger, error: (_: object, message: string) => void logged.push(message) },
  }
  return { logged, reads: () => checkReads(services), all: () => checkHealth(services) }
}

test('a storage that reads and writes is healthy, and repeated checks leave one row', async () => {
  const storage = memoryStorage()
  for (let at = 0; at < 3; at++) expect(await check(storage).all()).toEqual({ status: 'ok', failing: [] })
  expect((await storage.find(appliedBatches)).length).toBe(1)
})

test('a storage that takes no writes is unavailable, and says so', async () => {
  const { logged, all, reads } = check({ ...memoryStorage(), commit: fail })
  expect(await all()).toEqual({ status: 'unavailable', failing: ['storage-writes'] })
  expect(await reads()).toEqual({ status: 'ok', failing: [] })
  expect(logged).toEqual(['storage takes no writes'])
})

test('a storage that cannot be read is unavailable, and is not written', async () => {
  const { logged, all } = check({ find: fail, commit: fail })
  expect(await all()).toEqual({ status: 'unavailable', failing: ['storage'] })
  expect(logged).toEqual(['storage unavailable'])
})

test('reading leaves no row', async () => {
  const storage = memoryStorage()
  expect(await check(storage).reads()).toEqual({ status: 'ok', failing: [] })
  expect(await storage.find(appliedBatches)).toEqual([])
})
