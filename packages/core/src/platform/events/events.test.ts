import { describe, expect, test } from 'vitest'
import { webhookHost } from '../../test-fixtures/webhook-host.ts'
import { batch, check } from '../../kernel/storage/index.ts'
import { users } from '../../identity/users/table.ts'
import { eventTypes, isBillfoldEvent } from '../../events.ts'
import type { BillfoldEvent } from './event.ts'
import { purgeOldDeliveries } from './deliver-events.ts'
import { deliveryLimits } from './options.ts'
import { eventDeliveries, events } from './table.ts'
import { eventWrites } from './event-writes.ts'

describe('the event handler', () => {
  test('receives each event once, and can narrow it by type', async () => {
    const erased: string[] = []
    const handle = (event: BillfoldEvent): void => {
      if (event.type === 'user.erased') erased.push(event.data.userId)
    }
    const { emit, deliver, services } = webhookHost({}, { handle })
    await emit('user.erased', { userId: 'u1' })
    await emit('user.created', { userId: 'u2', by: 'wallet' })
    expect(await deliver()).toEqual({ delivered: 2, failed: 0 })
    expect(await deliver()).toEqual({ delivered: 0, failed: 0 })
    expect(erased).toEqual(['u1'])
    expect(await services.storage.find(eventDeliveries)).toEqual([])
  })

  test('receives only the configured event types', async () => {
    const types: string[] = []
    const { emit, deliver } = webhookHost({}, { handle: ({ type }) => void types.push(type), types: ['user.erased'] })
    await emit('user.erased', { userId: 'u1' })
    await emit('user.archived', { userId: 'u2' })
    await deliver()
    expect(types).toEqual(['user.erased'])
  })

  test('receives an event again with the same id after a failure', async () => {
    const ids: string[] = []
    const { emit, deliver, advance } = webhookHost(
      {},
      {
        handle: async ({ id }) => {
          ids.push(id)
          if (ids.length < 3) throw new Error('not now')
        },
      },
    )
    await emit('user.erased', { userId: 'u1' })
    for (let attempt = 0; attempt < 3; attempt++) {
      await deliver()
      advance(4 * deliveryLimits.backoff.initialMs)
    }
    expect(ids).toHaveLength(3)
    expect(new Set(ids).size).toBe(1)
  })

  test('receives an event whose claiming process crashed', async () => {
    const taken: string[] = []
    const { emit, deliver, advance, services } = webhookHost({}, { handle: ({ id }) => void taken.push(id) })
    const dead = webhookHost({}, { handle: () => new Promise(() => {}) }, services)
    await emit('user.erased', { userId: 'u1' })
    void dead.deliver()
    await expect
      .poll(async () => (await services.storage.find(eventDeliveries)).map(({ attempts }) => attempts))
      .toEqual([1])
    await deliver()
    expect(taken).toEqual([])
    advance(deliveryLimits.claimMs)
    await deliver()
    expect(taken).toHaveLength(1)
  })
})

describe('an event', () => {
  test('is stored if its action commits, and not if the commit fails', async () => {
    const { services } = webhookHost()
    const writes = eventWrites(services, 'default', 'user.erased', { userId: 'u1' })
    const refused = batch(...writes, check(users, { where: { id: 'nobody' } }))
    await expect(services.storage.commit(refused)).rejects.toThrow('condition-failed')
    expect(await services.storage.find(events)).toEqual([])
    await services.storage.commit(batch(...writes))
    expect(await services.storage.find(events)).toHaveLength(1)
  })

  test('without a subscriber is deleted', async () => {
    const { services, emit, deliver } = webhookHost()
    for (let index = 0; index < 250; index++) await emit('user.erased', { userId: `u${index}` })
    expect(await deliver()).toEqual({ delivered: 0, failed: 0 })
    expect(await services.storage.find(events)).toEqual([])
  })

  test('is not written if the host has disabled events', () => {
    const { services } = webhookHost({}, {}, { eventsEnabled: false })
    expect(eventWrites(services, 'default', 'user.erased', { userId: 'u1' })).toEqual([])
  })

  test('that was not delivered is deleted after thirty days', async () => {
    const { services, emit, deliver, advance } = webhookHost({}, { handle: () => Promise.reject(new Error('no')) })
    await emit('user.erased', { userId: 'u1' })
    await deliver()
    advance(deliveryLimits.retentionMs)
    await purgeOldDeliveries(services)
    expect(await services.storage.find(eventDeliveries)).toHaveLength(1)
    advance(1)
    await purgeOldDeliveries(services)
    expect(await services.storage.find(eventDeliveries)).toEqual([])
  })

  test('is invalid with an unknown type, an unknown version or missing data', () => {
    const good = { id: 'e', type: 'user.erased', version: 1, tenant: 't', timestamp: 'x', data: { userId: 'u1' } }
    expect(isBillfoldEvent(good)).toBe(true)
    for (const change of [{ type: 'user.cloned' }, { version: 2 }, { data: {} }, { data: null }, { tenant: 7 }])
      expect(isBillfoldEvent({ ...good, ...change })).toBe(false)
    expect(isBillfoldEvent(undefined)).toBe(false)
  })

  test('has a type of two parts that fits its column', () => {
    for (const type of eventTypes) expect(type).toMatch(/^[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*$/)
    expect(Math.max(...eventTypes.map((type) => type.length))).toBeLessThanOrEqual(64)
  })
})
