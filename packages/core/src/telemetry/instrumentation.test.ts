import { describe, expect, test } from 'vitest'
import { batch, insert, memoryStorage } from '../kernel/storage/index.ts'
import { testServices } from '../test-fixtures/services.ts'
import { webhookHost } from '../test-fixtures/webhook-host.ts'
import { users } from '../identity/users/table.ts'
import { registerBacklogMetrics } from './backlog-metrics.ts'
import { instrumentObject } from './instrument-object.ts'
import { createInstrumentation } from './instrumentation.ts'
import type { TelemetryMeter } from './types.ts'

describe('without telemetry', () => {
  test('returns the plugged-in parts unchanged', () => {
    const instrumented = createInstrumentation(undefined)
    const { storage, passwordHasher, chainConnections } = testServices()
    const deliver = async () => ({ delivered: 0, failed: 0 })
    expect(instrumented.storage(storage)).toBe(storage)
    expect(instrumented.passwordHasher(passwordHasher)).toBe(passwordHasher)
    expect(instrumented.chains(chainConnections)).toBe(chainConnections)
    expect(instrumented.deliver(deliver)).toBe(deliver)
  })
})

describe('with a tracer or a meter alone', () => {
  test('the storage works as without telemetry', async () => {
    for (const telemetry of [{}, { meter: fakeMeter().meter }]) {
      const storage = createInstrumentation(telemetry).storage(memoryStorage())
      const row = { id: 'u', tenant: 't', reference: null, origin: 'test', createdAt: 1, archivedAt: null }
      await storage.commit(batch(insert(users, row)))
      expect(await storage.find(users)).toEqual([row])
      await expect(storage.commit(batch(insert(users, row)))).rejects.toMatchObject({ reason: 'duplicate' })
    }
  })
})

describe('an instrumented object', () => {
  test('behaves like the original, even if it is frozen: properties, private fields, errors', async () => {
    class Vendor {
      readonly #name = 'vendor'
      readonly network = 'n1'
      async ask(word: string): Promise<string> {
        if (word === 'fail') throw new Error('no')
        return `${this.#name} ${word}`
      }
    }
    const vendor = Object.freeze(new Vendor())
    const instrumented = instrumentObject(vendor, { name: 'x', attributes: {} }, undefined, undefined)
    expect(instrumented.network).toBe('n1')
    expect('ask' in instrumented).toBe(true)
    expect(await instrumented.ask('hello')).toBe('vendor hello')
    await expect(instrumented.ask('fail')).rejects.toThrow('no')
  })
})

describe('the backlog size', () => {
  test.each([0, 1, 2, 3, 7, 8, 9, 100])('is %i', async (count) => {
    const { services, emit } = webhookHost()
    for (let index = 0; index < count; index++) await emit('user.erased', { userId: `u${index}` })
    const { meter, collect } = fakeMeter()
    registerBacklogMetrics(meter, services)
    expect(await collect('billfold.backlog.size')).toEqual([0, count, 0])
  })
})

/** A meter that stores nothing but the callbacks of its gauges. */
function fakeMeter() {
  const gauges = new Map<string, (result: { observe: (value: number) => void }) => void | Promise<void>>()
  const meter: TelemetryMeter = {
    createCounter: () => ({ add: () => {} }),
    createUpDownCounter: () => ({ add: () => {} }),
    createHistogram: () => ({ record: () => {} }),
    createObservableGauge: (name) => ({ addCallback: (callback) => void gauges.set(name, callback) }),
  }
  const collect = async (name: string): Promise<number[]> => {
    const values: number[] = []
    await gauges.get(name)?.({ observe: (value) => void values.push(value) })
    return values
  }
  return { meter, collect }
}
