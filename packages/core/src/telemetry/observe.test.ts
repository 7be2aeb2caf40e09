import { describe, expect, test } from 'vitest'
import { batch, insert, memoryStorage } from '../storage/index.ts'
import { testServices } from '../test-fixtures/services.ts'
import { webhookHost } from '../test-fixtures/webhook-host.ts'
import { users } from '../users/table.ts'
import { measureBacklog } from './backlog.ts'
import { observedCalls } from './observed-calls.ts'
import { observer } from './observe.ts'
import type { TelemetryMeter } from './types.ts'

describe('without telemetry', () => {
  test('nothing stands between Billfold and what the host has plugged in', () => {
    const seen = observer(undefined)
    const { storage, slowHash, chainConnections } = testServices()
    const deliver = async () => ({ delivered: 0, failed: 0 })
    expect(seen.storage(storage)).toBe(storage)
    expect(seen.slowHash(slowHash)).toBe(slowHash)
    expect(seen.chains(chainConnections)).toBe(chainConnections)
    expect(seen.deliver(deliver)).toBe(deliver)
  })
})

describe('with a tracer or a meter alone', () => {
  test('all goes on as it does without', async () => {
    for (const telemetry of [{}, { meter: quietMeter().meter }]) {
      const storage = observer(telemetry).storage(memoryStorage())
      const row = { id: 'u', tenant: 't', reference: null, createdAt: 1, archivedAt: null }
      await storage.commit(batch(insert(users, row)))
      expect(await storage.find(users)).toEqual([row])
      await expect(storage.commit(batch(insert(users, row)))).rejects.toMatchObject({ reason: 'duplicate' })
    }
  })
})

describe('what is called', () => {
  test('stays what it is: its properties, its own fields, its errors, also when it is frozen', async () => {
    class Vendor {
      readonly #name = 'vendor'
      readonly network = 'n1'
      async ask(word: string): Promise<string> {
        if (word === 'fail') throw new Error('no')
        return `${this.#name} ${word}`
      }
    }
    const vendor = Object.freeze(new Vendor())
    const seen = observedCalls(vendor, { name: 'x', attributes: {} }, undefined, undefined)
    expect(seen.network).toBe('n1')
    expect('ask' in seen).toBe(true)
    expect(await seen.ask('hello')).toBe('vendor hello')
    await expect(seen.ask('fail')).rejects.toThrow('no')
  })
})

describe('what waits', () => {
  test.each([0, 1, 2, 3, 7, 8, 9, 100])('is counted: %i', async (count) => {
    const { services, happens } = webhookHost()
    for (let index = 0; index < count; index++) await happens('user.erased', { userId: `u${index}` })
    const { meter, collect } = quietMeter()
    measureBacklog(meter, services)
    expect(await collect('billfold.outbox.waiting')).toEqual([0, count, 0])
  })
})

/** A meter that keeps nothing but what its gauges say. */
function quietMeter() {
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
