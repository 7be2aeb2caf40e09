import { describe, expect, test } from 'vitest'
import type { Services } from '../services.ts'
import { batch } from '../storage/index.ts'
import { testServices } from '../test-fixtures/services.ts'
import { deliverOutbox, outboxLimits, removeOldMessages } from './deliver.ts'
import { outboxMessage } from './message.ts'
import type { Message } from './notifier.ts'
import { outbox } from './table.ts'

/** Services whose clock can be set, and the messages that their notifier took. */
function host(take: (message: Message) => Promise<void> = () => Promise.resolve()) {
  const taken: Message[] = []
  let time = Date.now()
  const services: Services = {
    ...testServices(),
    now: () => time,
    notifier: {
      deliver: async (message) => {
        await take(message)
        taken.push(message)
      },
    },
  }
  return { services, taken, later: (milliseconds: number) => (time += milliseconds) }
}

async function leave(services: Services, count = 1): Promise<void> {
  for (let index = 0; index < count; index++) {
    const payload = { email: 'ann@example.org', index }
    await services.storage.commit(
      batch(
        await outboxMessage(services, {
          tenant: 't',
          topic: 'payment.requested',
          subject: `p${index}`,
          userId: null,
          payload,
        }),
      ),
    )
  }
}

describe('the outbox', () => {
  test('hands a message to the notifier, and then forgets it', async () => {
    const { services, taken } = host()
    await leave(services)
    expect(await deliverOutbox(services)).toEqual({ delivered: 1, failed: 0 })
    expect(taken).toMatchObject([
      { tenant: 't', topic: 'payment.requested', subject: 'p0', payload: { email: 'ann@example.org', index: 0 } },
    ])
    expect(await services.storage.find(outbox)).toEqual([])
    expect(await deliverOutbox(services)).toEqual({ delivered: 0, failed: 0 })
  })

  test('hands each message over once when many processes deliver at once', async () => {
    const { services, taken } = host()
    await leave(services, 50)
    await Promise.all(Array.from({ length: 8 }, () => deliverOutbox(services)))
    expect(taken.map(({ subject }) => subject).sort()).toEqual(Array.from({ length: 50 }, (_, i) => `p${i}`).sort())
  })

  test('tries a message again under the same id when the notifier fails, and later each time', async () => {
    let fails = 2
    const ids: string[] = []
    const { services, taken, later } = host(async ({ id }) => {
      ids.push(id)
      if (fails-- > 0) throw new Error('no line')
    })
    await leave(services)
    expect(await deliverOutbox(services)).toEqual({ delivered: 0, failed: 1 })
    expect(await deliverOutbox(services)).toEqual({ delivered: 0, failed: 0 })
    later(1.2 * outboxLimits.pauses.first)
    expect(await deliverOutbox(services)).toEqual({ delivered: 0, failed: 1 })
    later(1.2 * outboxLimits.pauses.first)
    expect(await deliverOutbox(services)).toEqual({ delivered: 0, failed: 0 })
    later(2 * outboxLimits.pauses.first)
    expect(await deliverOutbox(services)).toEqual({ delivered: 1, failed: 0 })
    expect(new Set(ids)).toEqual(new Set([taken[0]?.id]))
  })

  test('brings a message again that a process took and died with', async () => {
    const { services, taken, later } = host()
    await leave(services)
    const dead: Services = { ...services, notifier: { deliver: () => new Promise(() => {}) } }
    void deliverOutbox(dead)
    await expect
      .poll(async () => (await services.storage.find(outbox)).map(({ attempts }) => attempts), { timeout: 10_000 })
      .toEqual([1])
    expect(await deliverOutbox(services)).toEqual({ delivered: 0, failed: 0 })
    later(outboxLimits.claim)
    expect(await deliverOutbox(services)).toEqual({ delivered: 1, failed: 0 })
    expect(taken).toHaveLength(1)
  })

  test('gives a message up after the last attempt, and keeps it to be looked at for thirty days', async () => {
    const { services, later } = host(() => Promise.reject(new Error('no line')))
    await leave(services)
    for (let attempt = 0; attempt < outboxLimits.attempts; attempt++) {
      expect(await deliverOutbox(services)).toEqual({ delivered: 0, failed: 1 })
      later(2 * outboxLimits.pauses.longest)
    }
    expect(await deliverOutbox(services)).toEqual({ delivered: 0, failed: 0 })
    await removeOldMessages(services)
    expect(await services.storage.find(outbox)).toMatchObject([{ nextTryAt: null }])
    later(outboxLimits.kept)
    await removeOldMessages(services)
    expect(await services.storage.find(outbox)).toEqual([])
  })

  test('shows nothing of a message to who reads the rows, and takes none that is too large', async () => {
    const { services } = host()
    await leave(services)
    const [row] = await services.storage.find(outbox)
    expect(Buffer.from(row?.sealedPayload ?? []).toString('latin1')).not.toContain('ann@')
    const payload = { text: 'x'.repeat(64 * 1024) }
    await expect(
      outboxMessage(services, { tenant: 't', topic: 'a', subject: 'b', userId: null, payload }),
    ).rejects.toThrow(RangeError)
  })

  test('waits where the host has no notifier', async () => {
    const { services } = host()
    await leave(services)
    expect(await deliverOutbox({ ...services, notifier: undefined })).toEqual({ delivered: 0, failed: 0 })
    expect(await services.storage.find(outbox)).toHaveLength(1)
  })
})
