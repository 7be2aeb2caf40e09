import { isBillfoldError } from '@billfold/core'
import { appliedBatches, batch, bigint, defineTable, insert, text, update } from '@billfold/core/storage'
import { createTables, kyselyStorage } from '@billfold/storage-kysely'
import {
  connectWithDriverTo,
  missingForPostgres,
  missingProxies,
  requiredEngines,
  startHaproxy,
  startPgbouncer,
  startReplicatedPostgres,
} from '@billfold/test-databases'
import { describe, expect, test } from 'vitest'
import { describeReliability } from '../payments/reliability.ts'
import { runConformance } from './conformance.ts'
import { isSound, moveMoney } from './move-money.ts'

const dialect = 'postgres'
const purses = defineTable({ name: 'purses', columns: { id: text(36), coins: bigint() }, key: ['id'] })
const missing = [...missingForPostgres(), ...missingProxies('haproxy', 'pgbouncer')]

test('the suite of replicated PostgreSQL knows what it needs', () => {
  const known = ['initdb', 'pg_basebackup', 'postgres', 'haproxy', 'pgbouncer']
  expect(known).toEqual(expect.arrayContaining([...missing]))
})

for (const start of requiredEngines(missing, startReplicatedPostgres)) {
  describe('PostgreSQL with a synchronous standby', () => {
    test('that is gone makes commits unavailable, and they are applied once when it is back', async () => {
      const cluster = await start({ synchronousCommit: 'on' })
      const { db, driver } = connectWithDriverTo(dialect, cluster.primary.url)
      await createTables(db, { dialect }, [appliedBatches, purses])
      const storages = [{}, driver].map((each) => kyselyStorage(db, { dialect, statementTimeoutMs: 1000, ...each }))
      const [storage] = storages
      await storage?.commit(batch(insert(purses, { id: 'a', coins: 0n })))
      await cluster.standby.kill()
      const additions = storages.map((each) => ({
        each,
        addition: batch(update(purses, { where: { id: 'a' }, add: { coins: 1n } })),
      }))
      for (const { each, addition } of additions) {
        const error = await each.commit(addition).catch((thrown: unknown) => thrown)
        expect(isBillfoldError(error, 'storage.unavailable') && String(error.cause)).toContain('synchronous standby')
      }
      expect(await storage?.find(purses)).toEqual([{ id: 'a', coins: 0n }])
      await cluster.standby.start()
      for (const { each, addition } of additions) await expect.poll(() => isCommitted(each.commit(addition))).toBe(true)
      expect(await storage?.find(purses)).toEqual([{ id: 'a', coins: 2n }])
      await db.destroy()
      await cluster.stop()
    }, 600_000)

    test.each([true, false])(
      'loses no payment when it is promoted after a kill, with pool: %s',
      async (pool) => {
        const cluster = await start({ synchronousCommit: 'on' })
        const proxy = await startHaproxy('primary', [cluster.primary.port, cluster.standby.port])
        const failOver = async (): Promise<void> => {
          await cluster.primary.kill()
          await cluster.promote()
        }
        const disturbance = { disturb: failOver, disturbances: 1 }
        const report = await moveMoney({ dialect, urls: [proxy.url], pool }, 64, disturbance)
        expect(isSound(report), describeReliability(report)).toBe(true)
        expect([report.acknowledged, report.disturbances]).toEqual([64, 1])
        await proxy.stop()
        await cluster.stop()
      },
      600_000,
    )
  })

  describe('PgBouncer in transaction mode', () => {
    test('passes the conformance suite without the pool, and with it', async () => {
      const cluster = await start()
      const proxy = await startPgbouncer(cluster.primary.port)
      for (const pool of [false, true]) {
        const reached = { dialect, urls: [proxy.url, proxy.url], pool } as const
        const conformance = await runConformance(reached, pool ? 'with_' : 'without_')
        expect(conformance.failures).toEqual([])
      }
      await proxy.stop()
      await cluster.stop()
    }, 600_000)
  })
}

function isCommitted(commit: Promise<void>): Promise<boolean> {
  return commit.then(
    () => true,
    () => false,
  )
}
