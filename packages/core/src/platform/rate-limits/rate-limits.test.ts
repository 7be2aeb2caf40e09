import { describe, expect, it } from 'vitest'
import { memoryStorage } from '../../kernel/storage/index.ts'
import { memoryRateLimiter } from './memory-rate-limiter.ts'
import { toSourceAddress } from './source-address.ts'
import { purgeExpiredRateLimits, storageRateLimiter } from './storage-rate-limiter.ts'
import { rateLimits } from './table.ts'

const noon = Date.UTC(2026, 0, 1, 12)
const key = { name: 'test', subject: '192.0.2.1' }

describe.each([
  ['in memory', (now: () => number) => memoryRateLimiter(now)],
  ['in a storage', (now: () => number) => storageRateLimiter(memoryStorage(), now)],
])('a rate limiter %s', (_where, make) => {
  it('allows calls up to the limit, and returns the time until the next window', async () => {
    const limiter = make(() => noon + 20_500)
    const results = []
    for (let call = 0; call < 4; call++) results.push(await limiter.consume(key, { limit: 2, windowSeconds: 60 }))
    expect(results.map(({ allowed }) => allowed)).toEqual([true, true, false, false])
    expect(results.map(({ remaining }) => remaining)).toEqual([1, 0, 0, 0])
    expect(results[3]?.retryAfterSeconds).toBe(40)
  })

  it('starts from zero in each window', async () => {
    let now = noon
    const limiter = make(() => now)
    const rule = { limit: 1, windowSeconds: 60 }
    expect((await limiter.consume(key, rule)).allowed).toBe(true)
    now += 59_999
    expect(await limiter.consume(key, rule)).toEqual({ allowed: false, retryAfterSeconds: 1, remaining: 0 })
    now += 1
    expect((await limiter.consume(key, rule)).allowed).toBe(true)
  })

  it('counts names, subjects, tenants and window lengths separately', async () => {
    const limiter = make(() => noon)
    const rule = { limit: 1, windowSeconds: 60 }
    const keys = [
      key,
      { ...key, name: 'other' },
      { ...key, subject: '192.0.2.2' },
      { ...key, tenant: 'a' },
      { ...key, tenant: 'b' },
    ]
    const results = []
    for (const one of keys) results.push((await limiter.consume(one, rule)).allowed)
    results.push((await limiter.consume(key, { limit: 1, windowSeconds: 61 })).allowed)
    expect(results).toEqual(Array(6).fill(true))
  })

  it('allows nothing if the limit is 0', async () => {
    expect((await make(() => noon).consume(key, { limit: 0, windowSeconds: 60 })).allowed).toBe(false)
  })

  it('peeks without counting', async () => {
    const limiter = make(() => noon)
    const rule = { limit: 2, windowSeconds: 60 }
    const seen = [await limiter.peek(key, rule), await limiter.peek(key, rule)]
    await limiter.consume(key, rule)
    await limiter.consume(key, rule)
    seen.push(await limiter.peek(key, rule))
    const until = { retryAfterSeconds: 60 }
    expect(seen).toEqual([
      { allowed: true, remaining: 2, ...until },
      { allowed: true, remaining: 2, ...until },
      { allowed: false, remaining: 0, ...until },
    ])
  })

  it('allows exactly the limit with concurrent calls', async () => {
    const limiter = make(() => noon)
    const results = await Promise.all(
      Array.from({ length: 200 }, () => limiter.consume(key, { limit: 17, windowSeconds: 60 })),
    )
    expect(results.filter(({ allowed }) => allowed)).toHaveLength(17)
  })
})

describe('a rate limiter in a storage', () => {
  it('shares its counters with other limiters on the same storage', async () => {
    const storage = memoryStorage()
    const limiters = Array.from({ length: 5 }, () => storageRateLimiter(storage, () => noon))
    const calls = limiters.flatMap((limiter) =>
      Array.from({ length: 20 }, () => limiter.consume(key, { limit: 30, windowSeconds: 60 })),
    )
    expect((await Promise.all(calls)).filter(({ allowed }) => allowed)).toHaveLength(30)
  })

  it('does not store addresses in plain text', async () => {
    const storage = memoryStorage()
    await storageRateLimiter(storage, () => noon).consume(key, { limit: 1, windowSeconds: 60 })
    const rows = await storage.find(rateLimits)
    expect(rows).toMatchObject([{ count: 1, windowSeconds: 60, endsAt: noon + 60_000 }])
    expect(JSON.stringify(rows)).not.toContain('192')
  })

  it('deletes counters of ended windows only', async () => {
    const storage = memoryStorage()
    const limiter = storageRateLimiter(storage, () => noon)
    await limiter.consume(key, { limit: 1, windowSeconds: 60 })
    await limiter.consume(key, { limit: 1, windowSeconds: 3600 })
    await purgeExpiredRateLimits(storage, noon + 60_000)
    expect(await storage.find(rateLimits)).toMatchObject([{ windowSeconds: 3600 }])
  })
})

describe('the source address', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::1', '2001:db8:1:2::/64'],
    ['2001:0db8:0001:0002::', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
    ['', 'unknown'],
    ['whatever', 'whatever'],
    ['2001:db8:1:2::/64', '2001:db8:1:2::/64'],
  ])('of %j is %j', (ip, source) => {
    expect(toSourceAddress(ip)).toBe(source)
  })
})
