import { randomUUID } from 'node:crypto'
import type { RateLimiter } from '@billfold/core'
import { storageRateLimiter } from '@billfold/core/rate-limits'
import { redisRateLimiter } from '@billfold/rate-limits-redis'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { findTestRedis, listTestDatabases } from '@billfold/test-databases'
import { createClient } from 'redis'
import { saveResult } from './save-result.ts'

// `consume` of the rate limiter on Redis, compared with the one in the storage of each database:
// node dist/rate-limits.js [rounds] [milliseconds per round]

const [, , roundsText = '5', roundMsText = '800'] = process.argv
const rounds = Number(roundsText)
const roundMs = Number(roundMsText)
const clientCounts = [1, 8, 64]
const rule = { limit: 1_000_000_000, windowSeconds: 700_000_000 }

interface Measured {
  readonly rate: number
  readonly p50: number
}

/** Concurrent clients that count one call after the other, all as one subject or each as its own. */
async function runRound(limiter: RateLimiter, clients: number, isShared: boolean): Promise<Measured> {
  const shared = randomUUID()
  const startedAt = performance.now()
  const latencies: number[] = []
  await Promise.all(
    Array.from({ length: clients }, async () => {
      const key = { name: 'benchmark', subject: isShared ? shared : randomUUID() }
      while (performance.now() - startedAt < roundMs) {
        const from = performance.now()
        await limiter.consume(key, rule)
        latencies.push(performance.now() - from)
      }
    }),
  )
  const sorted = latencies.toSorted((left, right) => left - right)
  return {
    rate: (latencies.length * 1000) / (performance.now() - startedAt),
    p50: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN,
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN
}

/** Alternates between the two, so that other load on the machine affects both. */
async function compare(name: string, inStorage: RateLimiter, onRedis: RateLimiter): Promise<void> {
  for (const isShared of [false, true]) {
    for (const clients of clientCounts) {
      const storage: Measured[] = []
      const redis: Measured[] = []
      await runRound(inStorage, clients, isShared)
      await runRound(onRedis, clients, isShared)
      for (let round = 0; round < rounds; round++) {
        storage.push(await runRound(inStorage, clients, isShared))
        redis.push(await runRound(onRedis, clients, isShared))
      }
      report(`${name}, ${clients} clients, ${isShared ? 'one subject' : 'a subject each'}`, storage, redis)
    }
  }
}

function report(name: string, storage: readonly Measured[], redis: readonly Measured[]): void {
  const format = (measured: readonly Measured[]): string =>
    `${Math.round(median(measured.map(({ rate }) => rate)))}/s, p50 ${median(measured.map(({ p50 }) => p50)).toFixed(2)} ms`
  const ratios = redis.map(({ rate }, round) => rate / (storage[round]?.rate ?? Number.NaN))
  const ratio = median(ratios)
  process.stdout.write(`${name}: Redis ${format(redis)}; storage ${format(storage)}; ratio ${ratio.toFixed(2)}\n`)
  saveResult({
    name: `rate limits: ${name}`,
    billfold: `Redis ${format(redis)}`,
    other: `storage ${format(storage)}`,
    ratio,
    range: [Math.min(...ratios), Math.max(...ratios)],
  })
}

const found = await findTestRedis()
if (found === undefined) throw new Error('The benchmark needs Redis, at BILLFOLD_TEST_REDIS_URL or 127.0.0.1:6379')
const client = createClient({ url: found.url })
client.on('error', () => {})
await client.connect()
const prefix = `billfold-benchmark:${randomUUID()}`
try {
  for (const { name, dialect, create } of await listTestDatabases({ servers: 'always' })) {
    const fresh = await create()
    try {
      const db = fresh.connect()
      await migrate(db, { dialect })
      await compare(name, storageRateLimiter(kyselyStorage(db, { dialect })), redisRateLimiter(client, { prefix }))
    } finally {
      await fresh.drop()
    }
  }
} finally {
  for await (const keys of client.scanIterator({ MATCH: `${prefix}:*` })) if (keys.length > 0) await client.del(keys)
  client.destroy()
}
