import { storageRateLimiter } from '@billfold/core/rate-limits'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { listTestDatabases } from '@billfold/test-databases'
import { describe, expect, it } from 'vitest'

describe.each((await listTestDatabases()).map((database) => [database.name, database] as const))(
  'rate limits on %s',
  (_name, { dialect, create }) => {
    it('allow exactly the limit of concurrent calls over several connections', async () => {
      const fresh = await create()
      try {
        await migrate(fresh.connect(), { dialect })
        const now = Date.UTC(2026, 0, 1)
        const limiters = Array.from({ length: 4 }, () =>
          storageRateLimiter(kyselyStorage(fresh.connect(), { dialect }), () => now),
        )
        const key = { name: 'race', subject: '192.0.2.1' }
        const calls = limiters.flatMap((limiter) =>
          Array.from({ length: 20 }, () => limiter.consume(key, { limit: 33, windowSeconds: 60 })),
        )
        expect((await Promise.all(calls)).filter(({ allowed }) => allowed)).toHaveLength(33)
      } finally {
        await fresh.drop()
      }
    })
  },
)
