import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { RateLimiter } from '@billfold/core'
import { memoryRateLimiter } from '@billfold/core/rate-limits'
import { findTestRedis, type TestRedis } from '@billfold/test-databases'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RedisClient } from './redis-client.ts'
import { redisRateLimiter } from './redis-rate-limiter.ts'

const redis = await findTestRedis()
const prefix = `billfold-test:${randomUUID()}`
/** Ends years from now, so that no test runs into the next window. */
const longWindow = 700_000_000

interface Connected {
  readonly client: RedisClient
  readonly close: () => unknown
}

async function connectNodeRedis({ url }: TestRedis): Promise<Connected> {
  const client = createClient({ url })
  client.on('error', () => {})
  await client.connect()
  return { client, close: () => client.destroy() }
}

async function connectIoRedis({ url }: TestRedis): Promise<Connected> {
  const client = new Redis(url)
  return { client, close: () => client.disconnect() }
}

describe.skipIf(redis === undefined).each([
  ['redis', connectNodeRedis],
  ['ioredis', connectIoRedis],
])('a rate limiter on Redis, with a client of %s', (_name, connectTo) => {
  const connections: Connected[] = []
  let limiters: readonly RateLimiter[]

  beforeAll(async () => {
    if (redis === undefined) throw new Error('there is no Redis')
    connections.push(await connectTo(redis), await connectTo(redis))
    limiters = connections.map(({ client }) => redisRateLimiter(client, { prefix }))
  })
  afterAll(() => {
    for (const { close } of connections) close()
  })

  const limiter = (): RateLimiter => {
    const [first] = limiters
    if (first === undefined) throw new Error('there is no limiter')
    return first
  }
  const freshKey = () => ({ name: 'test', subject: randomUUID() })

  test('allows calls up to the limit', async () => {
    const key = freshKey()
    const results = []
    for (let call = 0; call < 4; call++)
      results.push(await limiter().consume(key, { limit: 2, windowSeconds: longWindow }))
    expect(results.map(({ allowed }) => allowed)).toEqual([true, true, false, false])
    expect(results.map(({ remaining }) => remaining)).toEqual([1, 0, 0, 0])
    for (const { retryAfterSeconds } of results) expect(retryAfterSeconds).toBeGreaterThan(1)
  })

  test('peeks without counting', async () => {
    const key = freshKey()
    const rule = { limit: 1, windowSeconds: longWindow }
    expect(await limiter().peek(key, rule)).toMatchObject({ allowed: true, remaining: 1 })
    expect(await limiter().peek(key, rule)).toMatchObject({ allowed: true, remaining: 1 })
    await limiter().consume(key, rule)
    expect(await limiter().peek(key, rule)).toMatchObject({ allowed: false, remaining: 0 })
  })

  test('allows exactly the limit to 64 concurrent callers on two connections', async () => {
    const key = freshKey()
    const callers = Array.from({ length: 64 }, async (_, caller) => {
      let allowed = 0
      for (let call = 0; call < 20; call++) {
        const result = await limiters[caller % 2]?.consume(key, { limit: 777, windowSeconds: longWindow })
        if (result?.allowed === true) allowed++
      }
      return allowed
    })
    expect((await Promise.all(callers)).reduce((sum, allowed) => sum + allowed, 0)).toBe(777)
  })

  test('counts names, subjects, tenants and window lengths separately', async () => {
    const key = freshKey()
    const rule = { limit: 1, windowSeconds: longWindow }
    const keys = [key, { ...key, name: 'other' }, freshKey(), { ...key, tenant: 'a' }, { ...key, tenant: 'b' }]
    const results = []
    for (const one of keys) results.push((await limiter().consume(one, rule)).allowed)
    results.push((await limiter().consume(key, { ...rule, windowSeconds: longWindow + 1 })).allowed)
    expect(results).toEqual(Array(6).fill(true))
  })

  test('allows nothing if the limit is 0', async () => {
    const result = await limiter().consume(freshKey(), { limit: 0, windowSeconds: longWindow })
    expect(result).toMatchObject({ allowed: false, remaining: 0 })
  })

  test('starts from zero in the next window', async () => {
    const key = freshKey()
    const rule = { limit: 3, windowSeconds: 1 }
    // Whole windows: none is entered before the one before it is used up.
    const windows = []
    for (let window = 0; window < 4; window++) {
      let allowed = 0
      while ((await limiter().consume(key, rule)).allowed) allowed++
      windows.push(allowed)
      await expect.poll(async () => (await limiter().peek(key, rule)).allowed, { interval: 2 }).toBe(true)
    }
    expect(windows).toEqual([3, 3, 3, 3])
  })
})

describe.skipIf(redis === undefined)('the keys of a rate limiter on Redis', () => {
  test('contain no address, and expire with their window', async () => {
    if (redis === undefined) throw new Error('there is no Redis')
    const client = createClient({ url: redis.url })
    await client.connect()
    try {
      const own = `${prefix}:keys`
      await redisRateLimiter(client, { prefix: own }).consume(
        { name: 'login', subject: '192.0.2.1' },
        { limit: 5, windowSeconds: 3600 },
      )
      const keys: string[] = []
      for await (const found of client.scanIterator({ MATCH: `${own}:*` })) keys.push(...found)
      expect(keys).toEqual([expect.stringMatching(/^[^:]+:[\w-]+:keys:[\w-]{43}$/)])
      const left = await client.pTTL(keys[0] ?? '')
      expect(left).toBeGreaterThan(0)
      expect(left).toBeLessThanOrEqual(3_600_000)
    } finally {
      client.destroy()
    }
  })

  afterAll(async () => {
    if (redis === undefined) return
    const client = createClient({ url: redis.url })
    await client.connect()
    for await (const found of client.scanIterator({ MATCH: `${prefix}:*` }))
      if (found.length > 0) await client.del(found)
    client.destroy()
  })
})

describe('a rate limiter whose Redis does not answer', () => {
  const key = { name: 'test', subject: '192.0.2.1' }
  const rule = { limit: 1, windowSeconds: 60 }
  const failing: RedisClient = {
    evalSha: async () => Promise.reject(new Error('READONLY You cannot write against a read only replica.')),
    eval: async () => Promise.reject(new Error('not called')),
  }
  const silent: RedisClient = { evalSha: () => new Promise(() => {}), eval: () => new Promise(() => {}) }
  const talkative: RedisClient = { evalSha: async () => 'OK', eval: async () => 'OK' }

  test.each([
    ['fails', failing, 'READONLY'],
    ['is silent', silent, 'within 20 ms'],
    ['answers something else', talkative, 'three numbers'],
  ])('rejects with 503 by default if it %s, and names the cause', async (_what, client, cause) => {
    const limiter = redisRateLimiter(client, { timeoutMs: 20 })
    for (const act of [limiter.consume, limiter.peek]) {
      const error: unknown = await act(key, rule).catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ code: 'rate-limiter.unavailable', status: 503 })
      expect(String(error instanceof Error ? error.cause : '')).toContain(cause)
    }
  })

  test('allows the call if the host says so, and reports the error', async () => {
    const errors: unknown[] = []
    const onUnavailable = (error: unknown): void => void errors.push(error)
    const limiter = redisRateLimiter(failing, { whenUnavailable: 'allow', onUnavailable })
    expect(await limiter.consume(key, rule)).toEqual({ allowed: true, retryAfterSeconds: 60 })
    expect(await limiter.peek(key, rule)).toEqual({ allowed: true, retryAfterSeconds: 60 })
    expect(errors.map(String)).toEqual(Array(2).fill(expect.stringContaining('READONLY')))
  })

  test('counts with another limiter if the host gives one', async () => {
    const limiter = redisRateLimiter(failing, { whenUnavailable: memoryRateLimiter() })
    expect((await limiter.peek(key, rule)).allowed).toBe(true)
    expect((await limiter.consume(key, rule)).allowed).toBe(true)
    expect((await limiter.consume(key, rule)).allowed).toBe(false)
  })

  test.each([0, -1, Number.NaN])('cannot be created with a timeout of %s', (timeoutMs) => {
    expect(() => redisRateLimiter(failing, { timeoutMs })).toThrow(RangeError)
  })

  test('leaves no timer when it answers', async () => {
    const before = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    await redisRateLimiter({ ...talkative, evalSha: async () => [1, 2, 3] }).consume(key, rule)
    await delay(0)
    expect(process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length).toBeLessThanOrEqual(before)
  })
})
