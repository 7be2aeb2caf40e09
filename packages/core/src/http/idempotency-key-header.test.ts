import { beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { memoryStorage } from '../kernel/storage/index.ts'
import { executeOnce } from '../platform/idempotency/index.ts'
import { memoryRateLimiter } from '../platform/rate-limits/index.ts'
import { testServices } from '../test-fixtures/services.ts'
import type { MountableApi } from './api.ts'
import type { Guard } from './guard.ts'
import { createMountableApi } from './request-handler.ts'
import { route } from './route.ts'
import { secretText } from './secrets.ts'

const guard: Guard = {
  name: 'public',
  security: [],
  schemes: {},
  admit: async () => ({ kind: 'anonymous', tenant: 'main', id: 'anonymous', scopes: new Set() }),
}

const pin = secretText(z.string().max(64))

describe('a request with an Idempotency-Key', () => {
  let api: MountableApi
  let verified: number

  /** A route that accepts the PIN 4711 only. */
  const pay = route({
    id: 'pay',
    method: 'POST',
    path: '/pay',
    summary: '',
    guard,
    headers: z.object({ 'signing-method': pin.optional() }),
    body: { encoding: 'json', schema: z.object({ pin: pin.optional(), amount: z.string() }), limit: 1000 },
    replies: {},
    handler: async ({ body, headers }) => {
      verified += 1
      const isRight = (body.pin ?? headers['signing-method']) === '4711'
      return isRight ? { status: 200, body: { paid: body.amount } } : { status: 403, body: { paid: 'nothing' } }
    },
  })

  beforeEach(() => {
    verified = 0
    const storage = memoryStorage()
    const services = testServices(storage)
    api = createMountableApi(
      { name: 'test', title: 'Test', routes: [pay], errorReply: ({ status, code }) => ({ status, body: { code } }) },
      {
        logger: services.logger,
        rateLimiter: memoryRateLimiter(),
        executeOnce: (call, execute) => executeOnce({ ...services, storage, replyPreconditions: [] }, call, execute),
      },
    )
  })

  async function send(value: object, headers: Readonly<Record<string, string>> = {}) {
    const { status, body } = await api.handle(pay, {
      method: 'POST',
      path: '/pay',
      mount: '',
      params: {},
      query: '',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'one-key-for-this-test', ...headers },
      ip: '192.0.2.1',
      body: { kind: 'parsed', value },
      signal: new AbortController().signal,
    })
    return `${status} ${String(body)}`
  }

  test('gets the same reply with any PIN, in the body or a header, and no PIN is verified again', async () => {
    const first = await send({ pin: '4711', amount: '1' })
    expect(first).toBe('200 {"paid":"1"}')
    const pins = Array.from({ length: 20 }, (_, index) => String(4700 + index))
    const replies = await Promise.all(pins.map((guess) => send({ pin: guess, amount: '1' })))
    expect(new Set(replies)).toEqual(new Set([first]))
    expect(verified).toBe(1)
  })

  test('gets the same reply with any value of a secret header and any Authorization', async () => {
    const first = await send({ amount: '1' }, { 'signing-method': '4711', authorization: 'Bearer a' })
    for (const [guess, authorization] of [
      ['4711', 'Bearer b'],
      ['0000', 'Bearer a'],
    ] as const)
      expect(await send({ amount: '1' }, { 'signing-method': guess, authorization })).toBe(first)
    expect(verified).toBe(1)
  })

  test('is another request if it differs in anything else, whatever the PIN', async () => {
    await send({ pin: '4711', amount: '1' })
    for (const guess of ['4711', '0000'])
      expect(await send({ pin: guess, amount: '2' })).toBe('422 {"code":"idempotency-key.reused"}')
    expect(await send({ amount: '1' })).toBe('422 {"code":"idempotency-key.reused"}')
  })

  test('that was rejected with a wrong PIN is verified again', async () => {
    expect(await send({ pin: '0000', amount: '1' })).toBe('403 {"paid":"nothing"}')
    expect(await send({ pin: '4711', amount: '1' })).toBe('200 {"paid":"1"}')
    expect(verified).toBe(2)
  })
})
