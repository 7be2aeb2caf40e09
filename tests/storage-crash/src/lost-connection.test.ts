import { isBillfoldError } from '@billfold/core'
import { batch, appliedBatches, insert } from '@billfold/core/storage'
import { kyselyStorage } from '@billfold/storage-kysely'
import { type AnyTables, connectTo, listTestDatabases } from '@billfold/test-databases'
import { type Kysely, sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { createAccounts, readLedger, transfer } from './transfer.ts'

/** Terminates the other connections to this database. Returns their number. */
const terminateOthers = {
  postgres: async (db: Kysely<AnyTables>) => {
    const { rows } = await sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where pid <> pg_backend_pid() and application_name = current_setting('application_name') and state <> 'idle'`.execute(
      db,
    )
    return rows.length
  },
  mysql: async (db: Kysely<AnyTables>) => {
    const { rows } = await sql<{ id: number }>`
      select id from information_schema.processlist where db = database() and id <> connection_id()`.execute(db)
    for (const { id } of rows) await sql`kill ${sql.lit(id)}`.execute(db).catch(() => {})
    return rows.length
  },
}

for (const database of await listTestDatabases({ servers: 'always' })) {
  const { dialect, kind } = database
  if (kind !== 'postgres' && kind !== 'mysql') continue
  describe(`connections lost during commits on ${database.name}`, () => {
    const forms = kind === 'postgres' ? (['through Kysely', 'with the pool'] as const) : (['through Kysely'] as const)
    test.each(forms)('leave each batch applied exactly once %s', { timeout: 300_000 }, async (form) => {
      const fresh = await database.create()
      const { db, driver } = fresh.connectWithDriver()
      const storage = kyselyStorage(db, {
        dialect,
        ...(form === 'with the pool' && driver),
        retry: { lostMs: 200_000 },
        // Hundreds of commits wait for a few connections.
        statementTimeoutMs: 200_000,
      })
      await createAccounts(fresh, dialect, storage)
      const other = fresh.connect()
      const done = new AbortController()
      const terminated: number[] = []
      const countTerminated = (): number => terminated.reduce((sum, count) => sum + count, 0)
      const terminating = (async () => {
        while (!done.signal.aborted) {
          await new Promise((resolve) => setTimeout(resolve, 30))
          terminated.push(await terminateOthers[kind](other))
        }
      })()
      const outcomes: PromiseSettledResult<void>[] = []
      // A fast machine commits a round before enough connections were lost.
      while (outcomes.length === 0 || (countTerminated() <= 3 && outcomes.length < 40_000)) {
        const transfers = Array.from({ length: 400 }, transfer)
        outcomes.push(...(await Promise.allSettled(transfers.map((one) => storage.commit(one)))))
      }
      done.abort()
      await terminating
      const { partsOfTransfers, wrongBalances } = await readLedger(storage)
      expect(
        outcomes.filter((outcome) => outcome.status === 'rejected').map((outcome) => String(outcome.reason)),
      ).toEqual([])
      expect(countTerminated()).toBeGreaterThan(3)
      expect(wrongBalances).toEqual([])
      expect(partsOfTransfers.size).toBe(outcomes.length)
      await fresh.drop()
    })
  })
}

const closedPort = { postgres: 'postgres://nobody@127.0.0.1:1/none', mysql: 'mysql://nobody@127.0.0.1:1/none' }

async function catchError(attempt: Promise<unknown>): Promise<unknown> {
  return attempt.then(
    () => undefined,
    (error: unknown) => error,
  )
}

describe.each(['postgres', 'mysql'] as const)('a storage whose %s is unreachable', (dialect) => {
  test('fails with storage.unavailable within the retry time, without row data in the error', async () => {
    const db = connectTo(dialect, closedPort[dialect])
    const storage = kyselyStorage(db, { dialect, retry: { lostMs: 300 } })
    const attempts = [
      () => storage.find(appliedBatches),
      () => storage.commit(batch(insert(appliedBatches, { id: 'a secret', committedAt: 1 }))),
      () => storage.verify(),
    ]
    for (const attempt of attempts) {
      const error = await catchError(attempt())
      expect(isBillfoldError(error, 'storage.unavailable')).toBe(true)
      expect(String(error instanceof Error ? error.cause : error)).toMatch(/ECONNREFUSED/)
    }
    await db.destroy()
  })
})

for (const database of await listTestDatabases({ servers: 'always' })) {
  const { dialect } = database
  describe(`a storage without tables on ${database.name}`, () => {
    test('fails with storage.schema-mismatch, without row data in the error', async () => {
      const fresh = await database.create()
      const storage = kyselyStorage(fresh.connect(), { dialect })
      const error = await catchError(storage.commit(batch(insert(appliedBatches, { id: 'a secret', committedAt: 1 }))))
      expect(isBillfoldError(error, 'storage.schema-mismatch')).toBe(true)
      expect(
        JSON.stringify(error, Object.getOwnPropertyNames(error)) + String(error instanceof Error ? error.cause : ''),
      ).not.toContain('a secret')
      await fresh.drop()
    })
  })
}
