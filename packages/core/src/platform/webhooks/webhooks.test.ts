import { Webhook } from 'standardwebhooks'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { auditRecords } from '../audit/tables.ts'
import { deliveryWrite } from '../events/fan-out.ts'
import { deliveryLimits } from '../events/options.ts'
import { eventDeliveries, events } from '../events/table.ts'
import { newId } from '../../kernel/ids.ts'
import { batch, insert, update } from '../../kernel/storage/index.ts'
import type { TrackedStorage } from '../idempotency/index.ts'
import { outcomeCode } from '../../test-fixtures/outcome-code.ts'
import { webhookHost } from '../../test-fixtures/webhook-host.ts'
import { startWebhookReceiver } from '../../test-fixtures/webhook-receiver.ts'
import { webhookLimits } from './options.ts'
import { webhookEndpoints } from './table.ts'

const runningReceivers: { close: () => Promise<void> }[] = []
const receiver = async (...answer: Parameters<typeof startWebhookReceiver>) => {
  const one = await startWebhookReceiver(...answer)
  runningReceivers.push(one)
  return one
}
afterEach(async () => {
  for (const one of runningReceivers.splice(0)) await one.close()
})
const answering = (status: () => number) =>
  receiver((_, response) => {
    response.writeHead(status()).end('whatever')
  })

describe('a webhook', () => {
  test('sends the event as JSON, signed according to the Standard Webhooks specification', async () => {
    const { webhooks, emit, deliver, services } = webhookHost()
    const { url, received } = await receiver()
    const { id, secret } = await webhooks.create({ url: `${url}/hook?a=b`, description: 'shop' })
    await emit('user.created', { userId: 'u1', by: 'wallet' })
    expect(await deliver()).toEqual({ delivered: 1, failed: 0 })
    const [{ headers, body, path } = { headers: {}, body: '', path: '' }] = received
    expect(path).toBe('/hook?a=b')
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'webhook-id': expect.any(String) })
    const independent = new Webhook(secret).verify(body, {
      'webhook-id': String(headers['webhook-id']),
      'webhook-timestamp': String(headers['webhook-timestamp']),
      'webhook-signature': String(headers['webhook-signature']),
    })
    expect(independent).toEqual({
      id: headers['webhook-id'],
      type: 'user.created',
      version: 1,
      tenant: 'default',
      timestamp: new Date(services.now()).toISOString(),
      data: { userId: 'u1', by: 'wallet' },
    })
    expect(await services.storage.find(events)).toEqual([])
    expect(await services.storage.find(eventDeliveries)).toEqual([])
    expect(await webhooks.list()).toMatchObject([{ id, url: `${url}/hook?a=b`, description: 'shop', failures: 0 }])
  })

  test('is sent to the subscribed endpoints of its tenant', async () => {
    const { webhooks, emit, deliver } = webhookHost()
    const [all, some, others] = [await receiver(), await receiver(), await receiver()]
    await webhooks.create({ url: all.url })
    await webhooks.create({ url: some.url, events: ['payment.completed', 'user.erased'] })
    await webhooks.create({ url: others.url, tenant: 'other' })
    await emit('user.created', { userId: 'u1', by: 'wallet' })
    await emit('user.erased', { userId: 'u1' })
    expect(await deliver()).toEqual({ delivered: 3, failed: 0 })
    expect([all, some, others].map(({ received }) => received.length)).toEqual([2, 1, 0])
    expect(some.received[0]?.body).toContain('user.erased')
  })

  test('is signed with both secrets for 24 hours after a rotation', async () => {
    const { webhooks, emit, deliver, advance } = webhookHost()
    const { url, received } = await receiver()
    const { id, secret: old } = await webhooks.create({ url })
    const { secret } = await webhooks.rotateSecret(id)
    expect(secret).not.toBe(old)
    const isSignedWith = (known: string): boolean => {
      const { headers = {}, body = '' } = received.at(-1) ?? {}
      const verifier = new Webhook(known)
      const signed = verifier.sign(
        String(headers['webhook-id']),
        new Date(Number(headers['webhook-timestamp']) * 1000),
        body,
      )
      return String(headers['webhook-signature']).split(' ').includes(signed)
    }
    await emit('user.erased', { userId: 'u1' })
    await deliver()
    expect([isSignedWith(secret), isSignedWith(old)]).toEqual([true, true])
    advance(webhookLimits.previousSecretMs)
    await emit('user.erased', { userId: 'u2' })
    await deliver()
    expect([isSignedWith(secret), isSignedWith(old)]).toEqual([true, false])
    expect(String(received.at(-1)?.headers['webhook-signature']).split(' ')).toHaveLength(1)
  })

  test('is retried with the same id and increasing delays until a 2xx', async () => {
    let status = 500
    const { webhooks, emit, deliver, advance } = webhookHost()
    const { url, received } = await answering(() => status)
    const { id } = await webhooks.create({ url })
    await emit('user.erased', { userId: 'u1' })
    for (let attempt = 1; attempt <= 3; attempt++) {
      expect(await deliver()).toEqual({ delivered: 0, failed: 1 })
      expect(await deliver()).toEqual({ delivered: 0, failed: 0 })
      advance(1.2 * deliveryLimits.backoff.initialMs * 2 ** (attempt - 1))
    }
    expect(await webhooks.pendingDeliveries(id)).toMatchObject([
      { attempts: 3, failure: 'HTTP 500', type: 'user.erased' },
    ])
    expect(await webhooks.list()).toMatchObject([{ failures: 3, failingSince: expect.any(Number) }])
    status = 299
    expect(await deliver()).toEqual({ delivered: 1, failed: 0 })
    expect(received).toHaveLength(4)
    expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    expect(new Set(received.map(({ body }) => body)).size).toBe(1)
    expect(await webhooks.list()).toMatchObject([{ failures: 0, failingSince: undefined }])
  })

  test('is not retried after 72 hours, stays listed, and is sent again after retry()', async () => {
    let status = 500
    const { webhooks, emit, deliver, advance } = webhookHost()
    const { url } = await answering(() => status)
    const { id } = await webhooks.create({ url })
    await emit('user.erased', { userId: 'u1' })
    await deliver()
    advance(deliveryLimits.retryWindowMs)
    await deliver()
    expect(await webhooks.pendingDeliveries(id)).toMatchObject([{ attempts: 2, nextTryAt: undefined }])
    advance(deliveryLimits.retryWindowMs)
    expect(await deliver()).toEqual({ delivered: 0, failed: 0 })
    status = 200
    await webhooks.retry(id)
    expect(await deliver()).toEqual({ delivered: 1, failed: 0 })
  })

  test('honours Retry-After of up to an hour', async () => {
    const { webhooks, emit, deliver, advance } = webhookHost()
    const { url, received } = await receiver((_, response) => response.writeHead(429, { 'retry-after': '600' }).end())
    await webhooks.create({ url })
    await emit('user.erased', { userId: 'u1' })
    await deliver()
    advance(599_000)
    await deliver()
    expect(received).toHaveLength(1)
    advance(1_000)
    await deliver()
    expect(received).toHaveLength(2)
  })

  test.each([
    ['a redirect', 302],
    ['a 304', 304],
    ['a 400', 400],
  ])('has failed after %s, and does not follow a redirect', async (_, status) => {
    const { webhooks, emit, deliver } = webhookHost()
    const target = await receiver()
    const { url } = await receiver((_asked, response) => response.writeHead(status, { location: target.url }).end())
    await webhooks.create({ url })
    await emit('user.erased', { userId: 'u1' })
    expect(await deliver()).toEqual({ delivered: 0, failed: 1 })
    expect(target.received).toEqual([])
  })

  test('is delivered if the response body never ends', async () => {
    const { webhooks, emit, deliver } = webhookHost()
    const { url } = await receiver((_, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(100_000)));
      }
      response.on('drain', more)
      more()
    })
    await webhooks.create({ url })
    await emit('user.erased', { userId: 'u1' })
    expect(await deliver()).toEqual({ delivered: 1, failed: 0 })
  })

  test('is sent with the fetch function of the host, without following redirects', async () => {
    const requestInits: RequestInit[] = []
    const { webhooks, emit, deliver } = webhookHost({
      fetch: async (_, init = {}) => {
        requestInits.push(init)
        return new Response(null, { status: 204 })
      },
    })
    await webhooks.create({ url: 'https://hooks.example/in' })
    await emit('user.erased', { userId: 'u1' })
    expect(await deliver()).toEqual({ delivered: 1, failed: 0 })
    expect(requestInits).toMatchObject([{ method: 'POST', redirect: 'manual', signal: expect.any(AbortSignal) }])
  })
})

describe('an endpoint', () => {
  test('that is slow does not delay others, in this call and in the next', async () => {
    const { webhooks, emit, deliver } = webhookHost()
    let release = (): void => {}
    let isBlocked = true
    const slow = await receiver((_, response) => {
      release = () => response.writeHead(204).end()
      if (!isBlocked) release()
    })
    const quick = await receiver()
    await webhooks.create({ url: slow.url })
    await webhooks.create({ url: quick.url })
    await emit('user.erased', { userId: 'u1' })
    const first = deliver()
    await expect.poll(() => [slow.received.length, quick.received.length]).toEqual([1, 1])
    await emit('user.erased', { userId: 'u2' })
    expect(await deliver()).toEqual({ delivered: 1, failed: 0 })
    expect([slow.received.length, quick.received.length]).toEqual([1, 2])
    isBlocked = false
    release()
    expect((await first).delivered).toBeGreaterThanOrEqual(2)
  })

  test('that fails repeatedly is paused, and its other events are not attempted', async () => {
    const { webhooks, emit, deliver, advance } = webhookHost()
    const { url, received } = await answering(() => 503)
    await webhooks.create({ url })
    for (let index = 0; index < 40; index++) await emit('user.erased', { userId: `u${index}` })
    await deliver()
    expect(received.length).toBeLessThan(10)
    const before = received.length
    await deliver()
    expect(received).toHaveLength(before)
    advance(webhookLimits.backoff.maxMs)
    await deliver()
    expect(received.length).toBeGreaterThan(before)
    expect(received.length).toBeLessThan(before + 10)
  })

  test('that failed for five days is disabled once, with an audit record and an event', async () => {
    const types: string[] = []
    const handle = ({ type }: { readonly type: string }) => void types.push(type)
    const { webhooks, emit, deliver, advance, services } = webhookHost(undefined, { handle })
    const { url } = await answering(() => 500)
    const { id } = await webhooks.create({ url })
    for (let hour = 0; hour < 6 * 24; hour += 4) {
      await emit('user.erased', { userId: `u${hour}` })
      await deliver()
      advance(4 * 60 * 60 * 1000)
    }
    await deliver()
    expect(await webhooks.list()).toMatchObject([{ disabled: { reason: 'failing', at: expect.any(Number) } }])
    expect(types.filter((type) => type === 'webhook.disabled')).toHaveLength(1)
    const records = await services.storage.find(auditRecords, { where: { action: 'webhook.disabled', subject: id } })
    expect(records).toHaveLength(1)
    await webhooks.enable(id)
    expect(await webhooks.list()).toMatchObject([{ disabled: undefined, failures: 0 }])
  })

  test.each(['sealedUrl', 'sealedSecret'] as const)(
    'with an undecryptable %s fails without affecting others, and is finally disabled',
    async (column) => {
      const { webhooks, emit, deliver, advance, services } = webhookHost()
      const [broken, whole] = [await receiver(), await receiver()]
      const { id } = await webhooks.create({ url: broken.url })
      await webhooks.create({ url: whole.url })
      const set = { [column]: Uint8Array.of(1, 2, 3) }
      await services.storage.commit(batch(update(webhookEndpoints, { where: { id }, set })))
      await emit('user.erased', { userId: 'u1' })
      expect(await deliver()).toEqual({ delivered: 1, failed: 1 })
      expect(await webhooks.pendingDeliveries(id)).toMatchObject([{ attempts: 1, failure: 'sealed.invalid' }])
      for (let hour = 0; hour < 6 * 24; hour += 4) {
        advance(4 * 60 * 60 * 1000)
        await emit('user.erased', { userId: `u${hour}` })
        await deliver()
      }
      const listed = await webhooks.list()
      expect(listed).toMatchObject([{ id, disabled: { reason: 'failing' } }, { disabled: undefined }])
      expect(listed[0]?.url).toBe(column === 'sealedUrl' ? '' : `${broken.url}/`)
      expect([broken.received.length, whole.received.length]).toEqual([0, 1 + 36 + 1])
    },
  )

  test('whose row cannot be written does not affect others', async () => {
    const failing = webhookHost()
    const [broken, whole] = [await answering(() => 500), await receiver()]
    const { id } = await failing.webhooks.create({ url: broken.url })
    await failing.webhooks.create({ url: whole.url })
    const { storage } = failing.services
    const refusing: TrackedStorage = {
      ...storage,
      commit: (made) =>
        made.writes.some((write) => write.kind === 'update' && write.table === webhookEndpoints)
          ? Promise.reject(new Error(`no more of ${id}`))
          : storage.commit(made),
    }
    const errors: unknown[] = []
    const logger = { ...failing.services.logger, error: (fields: unknown) => void errors.push(fields) }
    const host = webhookHost(undefined, {}, { ...failing.services, storage: refusing, logger })
    await host.emit('user.erased', { userId: 'u1' })
    expect(await host.deliver()).toEqual({ delivered: 1, failed: 0 })
    expect(errors).toMatchObject([{ subscriber: id }])
  })

  test('that is disabled delays neither the host handler nor other endpoints, even a thousand of them', async () => {
    const taken: string[] = []
    const { webhooks, deliver, emit, services } = webhookHost(undefined, { handle: ({ id }) => void taken.push(id) })
    const { url, received } = await receiver()
    const { id } = await webhooks.create({ url, tenant: 'old' })
    const [row] = await services.storage.find(webhookEndpoints, { where: { id } })
    if (row === undefined) throw new Error('expected an endpoint')
    for (let made = 0; made < 1_001; made++) {
      const [endpointId, tenant] = [newId(), `gone ${made}`]
      const event = { tenant, endpointId, eventId: newId(), type: 'user.erased', body: '{}', createdAt: 1 }
      const dead = { ...row, id: endpointId, tenant, disabledAt: 1, disabledReason: 'gone' }
      await services.storage.commit(batch(insert(webhookEndpoints, dead), deliveryWrite(event)))
    }
    await webhooks.delete(id, 'old')
    await webhooks.create({ url })
    await emit('user.erased', { userId: 'u1' })
    expect(await deliver()).toEqual({ delivered: 2, failed: 0 })
    expect([received.length, taken.length]).toEqual([1, 1])
    // Their deliveries are still stored, but not scanned again.
    expect(await services.storage.find(eventDeliveries)).toHaveLength(1_001)
    const looks = vi.spyOn(services.storage, 'find')
    await deliver()
    expect(looks.mock.calls.length).toBeLessThan(10)
  })

  test('that answers 410 is disabled immediately', async () => {
    const { webhooks, emit, deliver } = webhookHost()
    const { url } = await answering(() => 410)
    await webhooks.create({ url })
    await emit('user.erased', { userId: 'u1' })
    await deliver()
    expect(await webhooks.list()).toMatchObject([{ disabled: { reason: 'gone' } }])
  })

  test('that is disabled manually receives queued deliveries after it is enabled', async () => {
    const { webhooks, emit, deliver } = webhookHost()
    const { url, received } = await receiver()
    const { id } = await webhooks.create({ url })
    const { eventId } = await webhooks.ping(id)
    await webhooks.disable(id)
    await emit('user.erased', { userId: 'u1' })
    expect(await deliver()).toEqual({ delivered: 0, failed: 0 })
    await webhooks.enable(id)
    await deliver()
    expect(received.map(({ headers }) => headers['webhook-id'])).toEqual([eventId])
    expect(received[0]?.body).toContain('webhook.pinged')
  })

  test('that is deleted loses its queued deliveries', async () => {
    const { webhooks, deliver, services } = webhookHost()
    const { url, received } = await receiver()
    const { id } = await webhooks.create({ url })
    await webhooks.ping(id)
    await webhooks.delete(id)
    await deliver()
    expect(received).toEqual([])
    expect(await services.storage.find(eventDeliveries)).toEqual([])
    for (const call of [
      webhooks.delete(id),
      webhooks.ping(id),
      webhooks.rotateSecret(id),
      webhooks.enable(id),
      webhooks.disable(id),
      webhooks.pendingDeliveries(id),
      webhooks.retry(id),
    ])
      expect(await outcomeCode(call)).toBe('webhook.not-found')
  })

  test('is not found by other tenants', async () => {
    const { webhooks } = webhookHost()
    const { id } = await webhooks.create({ url: 'https://hooks.example', tenant: 'one' })
    expect(await webhooks.list('two')).toEqual([])
    expect(await outcomeCode(webhooks.rotateSecret(id, 'two'))).toBe('webhook.not-found')
    expect(await outcomeCode(webhooks.delete(id, 'two'))).toBe('webhook.not-found')
    expect(await outcomeCode(webhooks.pendingDeliveries(id, 'two'))).toBe('webhook.not-found')
  })

  test('stores neither its URL nor its secret in plain text', async () => {
    const { webhooks, services } = webhookHost()
    const { secret, id } = await webhooks.create({ url: 'https://hooks.example/T0K3N' })
    await webhooks.rotateSecret(id)
    const [row] = await services.storage.find(webhookEndpoints)
    const cells = Object.values(row ?? {}).map((cell) =>
      cell instanceof Uint8Array ? Buffer.from(cell).toString('latin1') : String(cell),
    )
    for (const cell of cells) {
      expect(cell).not.toContain('hooks.example')
      expect(cell).not.toContain(secret.slice(6))
      expect(cell).not.toContain(Buffer.from(secret.slice(6), 'base64').toString('latin1'))
    }
  })

  test('is limited to twenty per tenant, and rejects unknown event types', async () => {
    const { webhooks } = webhookHost()
    const url = 'https://hooks.example'
    // @ts-expect-error -- checks the runtime validation
    expect(await outcomeCode(webhooks.create({ url, events: ['user.cloned'] }))).toBe('input.invalid')
    expect(await outcomeCode(webhooks.create({ url, events: [] }))).toBe('input.invalid')
    expect(await outcomeCode(webhooks.create({ url, description: 'x'.repeat(257) }))).toBe('input.invalid')
    for (let index = 0; index < webhookLimits.maxEndpoints; index++) await webhooks.create({ url })
    expect(await outcomeCode(webhooks.create({ url }))).toBe('webhook.limit-reached')
  })

  test('cannot be created if the host has disabled events', async () => {
    const { webhooks } = webhookHost({}, {}, { eventsEnabled: false })
    expect(await outcomeCode(webhooks.create({ url: 'https://hooks.example' }))).toBe('webhook.events-disabled')
  })
})
