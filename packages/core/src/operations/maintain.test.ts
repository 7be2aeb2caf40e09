import { describe, expect, test } from 'vitest'
import { BillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import type { Storage } from '../storage/index.ts'
import { testServices } from '../test-fixtures/services.ts'
import { maintain } from './maintain.ts'

/** Services whose storage refuses to look into one table. */
function servicesWithout(table: string, error: Error): Services {
  const services = testServices()
  const storage: Storage = {
    find: (from, query) => (from.name === table ? Promise.reject(error) : services.storage.find(from, query)),
    commit: (made) => services.storage.commit(made),
  }
  return { ...services, storage }
}

describe('maintenance', () => {
  test('takes every step, though one before it fails, and throws what that one threw', async () => {
    const error = new Error('the chain is gone')
    const done: string[] = []
    const services = servicesWithout('audit_links', error)
    const steps = [async () => void done.push('further')]
    await expect(maintain(services, steps, async () => void done.push('delivered'))).rejects.toBe(error)
    expect(done).toEqual(['further', 'delivered'])
  })

  test('throws all that was thrown, where several steps fail', async () => {
    const [one, two] = [new Error('one'), new Error('two')]
    const failing = maintain(testServices(), [() => Promise.reject(one)], () => Promise.reject(two))
    await expect(failing).rejects.toMatchObject({ name: 'AggregateError', errors: [one, two] })
  })

  test('ends with the first step that cannot reach the storage', async () => {
    const error = new BillfoldError('storage.unavailable')
    const done: string[] = []
    const steps = [() => Promise.reject(error), async () => void done.push('further')]
    await expect(maintain(testServices(), steps, async () => void done.push('delivered'))).rejects.toBe(error)
    expect(done).toEqual([])
  })
})
