import { Webhook } from 'standardwebhooks'
import { afterEach, describe, expect, test } from 'vitest'
import { deliveryLimits } from '../events/options.ts'
import { eventDeliveries, events } from '../events/table.ts'
import { webhookHost } from '../../test-fixtures/webhook-host.ts'
import { startWebhookReceiver } from '../../test-fixtures/webhook-receiver.ts'
import { webhookLimits } from './options.ts'

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
