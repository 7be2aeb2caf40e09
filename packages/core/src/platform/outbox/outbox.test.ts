import { describe, expect, test } from 'vitest'
import type { Services } from '../services.ts'
import { batch } from '../../kernel/storage/index.ts'
import { testServices } from '../../test-fixtures/services.ts'
import { deliverOutbox, outboxLimits, purgeOldMessages } from './deliver-outbox.ts'
import { outboxWrite } from './outbox-write.ts'
import type { OutboxMessage } from './notifier.ts'
import { outbox } from './table.ts'

/** Creates services with an adjustable clock, and collects the delivered messages. */
function host(deliver: (message: OutboxMessage) => Promise<void> = () => Promise.resolve()) {
  const taken: OutboxMessage[] = []
  let time = Date.now()
  const services: Services = {
    ...testServices(),
    now: () => time,
    notifier: {
      deliver: async (message) => {
        await deliver(message)
        taken.push(message)
      },
    },
  }
  return { services, taken, later: (milliseconds: number) => (time += milliseconds) }
}

async function queue(services: Services, count = 1): Promise<void> {
  for (let index = 0; index < count; index++) {
    const payload = { email: 'ann@example.org', index }
    await services.storage.commit(
      batch(
        await outboxWrite(services, {
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
  test('delivers a message to the notifier and deletes it', async () => {
    const { services, taken } = host()
    await queue(services)
    expect(await deliverOutbox(services)).toEqual({ delivered: 1, failed: 0 })
    expect(taken).toMatchObject([
      { tenant: 't', topic: 'payment.requested', subject: 'p0', payload: { email: 'ann@example.org', index: 0 } },
    ])
    expect(await services.storage.find(outbox)).toEqual([])
    expect(await deliverOutbox(services)).toEqual({ delivered: 0, failed: 0 })
  })

  test('delivers each message once with concurrent processes', async () => {
    const { services, taken } = host()
    await queue(services, 50)
    await Promise.all(Array.from({ length: 8 }, () => deliverOutbox(services)))
    expect(taken.map(({ subject }) => subject).sort()).toEqual(Array.from({ length: 50 }, (_, i) => `p${i}`).sort())
  })

  test('retries a message with the same id and increasing delays when the notifier fails', async () => {
    let fails = 2
    const ids: string[] = []
    const { services, taken, later } = host(async ({ id }) => {
      ids.push(id)
      if (fails-- > 0) throw new Error('unreachable')
    })
    await queue(services)
    expect(await deliverOutbox(services)).toEqual({ delivered: 0, failed: 1 })
    expect(await deliverOutbox(services)).toEqual({ delivered: 0, failed: 0 })
    later(1.2 * outboxLimits.backoff.initialMs)
    expect(await deliverOutbox(services)).toEqual({ delivered: 0, failed: 1 })
    later(1.2 * outboxLimits.backoff.initialMs)
    expect(await deliverOutbox(services)).toEqual({ delivered: 0, failed: 0 })
    later(2 * outboxLimits.backoff.initialMs)
    expect(await deliverOutbox(services)).toEqual({ delivered: 1, failed: 0 })
    expect(new Set(ids)).toEqual(new Set([taken[0]?.id]))
  })

  test('delivers a message whose claiming process crashed', async () => {
    const { services, taken, later } = host()
    await queue(services)
    const dead: Services = { ...services, notifier: { deliver: () => new Promise(() => {}) } }
    void deliverOutbox(dead)
    await expect.poll(async () => (await services.storage.find(outbox)).map(({ attempts }) => attempts)).toEqual([1])
    expect(await deliverOutbox(services)).toEqual({ delivered: 0, failed: 0 })
    later(outboxLimits.claimMs)
    expect(await deliverOutbox(services)).toEqual({ delivered: 1, failed: 0 })
    expect(taken).toHaveLength(1)
  })

  test('stops after the last attempt, and retains the message for thirty days', async () => {
    const { services, later } = host(() => Promise.reject(new Error('unreachable')))
    await queue(services)
    for (let attempt = 0; attempt < outboxLimits.maxAttempts; attempt++) {
      expect(await deliverOutbox(services)).toEqual({ delivered: 0, failed: 1 })
      later(2 * outboxLimits.backoff.maxMs)
    }
    expect(await deliverOutbox(services)).toEqual({ delivered: 0, failed: 0 })
    await purgeOldMessages(services)
    expect(await services.storage.find(outbox)).toMatchObject([{ nextTryAt: null }])
    later(outboxLimits.retentionMs)
    await purgeOldMessages(services)
    expect(await services.storage.find(outbox)).toEqual([])
  })

  test('stores no plain text, and rejects a payload that is too large', async () => {
    const { services } = host()
    await queue(services)
    const [row] = await services.storage.find(outbox)
    expect(Buffer.from(row?.sealedPayload ?? []).toString('latin1')).not.toContain('ann@')
    const payload = { text: 'x'.repeat(64 * 1024) }
    await expect(
      outboxWrite(services, { tenant: 't', topic: 'a', subject: 'b', userId: null, payload }),
    ).rejects.toThrow(RangeError)
  })

  test('retains messages if the host has no notifier', async () => {
    const { services } = host()
    await queue(services)
    expect(await deliverOutbox({ ...services, notifier: undefined })).toEqual({ delivered: 0, failed: 0 })
    expect(await services.storage.find(outbox)).toHaveLength(1)
  })
})
