import { describe, expect, test } from 'vitest'
import { BillfoldError } from '../kernel/errors.ts'
import type { Services } from '../platform/services.ts'
import type { Storage } from '../kernel/storage/index.ts'
import { testServices } from '../test-fixtures/services.ts'
import { maintain } from './maintain.ts'

/** Creates services whose storage fails to read one table. */
function servicesWithout(table: string, error: Error): Services {
  const services = testServices()
  const storage: Storage = {
    find: (from, query) => (from.name === table ? Promise.reject(error) : services.storage.find(from, query)),
    commit: (made) => services.storage.commit(made),
  }
  return { ...services, storage }
}

describe('maintain', () => {
  test('runs every step after a failure and throws the error', async () => {
    const error = new Error('read failed')
    const done: string[] = []
    const services = servicesWithout('audit_links', error)
    const steps = [async () => void done.push('step')]
    await expect(maintain(services, steps, async () => void done.push('delivered'))).rejects.toBe(error)
    expect(done).toEqual(['step', 'delivered'])
  })

  test('throws an AggregateError if several steps fail', async () => {
    const [one, two] = [new Error('one'), new Error('two')]
    const failing = maintain(testServices(), [() => Promise.reject(one)], () => Promise.reject(two))
    await expect(failing).rejects.toMatchObject({ name: 'AggregateError', errors: [one, two] })
  })

  test('stops at the first step that finds the storage unavailable', async () => {
    const error = new BillfoldError('storage.unavailable')
    const done: string[] = []
    const steps = [() => Promise.reject(error), async () => void done.push('step')]
    await expect(maintain(testServices(), steps, async () => void done.push('delivered'))).rejects.toBe(error)
    expect(done).toEqual([])
  })
})
