import {
  batch,
  appliedBatches,
  check,
  defineTable,
  insert,
  integer,
  isCommitError,
  text,
  update,
} from '@billfold/core/storage'
import { listTestDatabases } from '@billfold/test-databases'
import { sql } from 'kysely'
import type pg from 'pg'
import { describe, expect, test } from 'vitest'
import { createTables } from '../schema/create-tables.ts'
import { kyselyStorage } from '../kysely-storage.ts'
import type { PostgresClient, PostgresPool } from './postgres-pipeline.ts'

const purses = defineTable({ name: 'purses', columns: { id: text(8), coins: integer() }, key: ['id'] })
const pay = (id: string, coins = 1) =>
  batch(update(purses, { where: { id, coins: { gte: coins } }, add: { coins: -coins } }))

/** A pool that fails every statement with a lost connection, and delivers it to the server when the test says so. */
function createLossyPool(pool: pg.Pool): {
  readonly pool: PostgresPool
  readonly deliver: () => Promise<readonly unknown[]>
} {
  const late: Parameters<PostgresClient['query']>[0][] = []
  const query: PostgresClient['query'] = (sent) => {
    late.push(sent)
    return Promise.reject(Object.assign(new Error('Connection terminated unexpectedly'), { code: 'ECONNRESET' }))
  }
  return {
    pool: { connect: async () => ({ query, release: () => {} }) },
    deliver: () => Promise.allSettled(late.map((sent) => pool.query(sent))),
  }
}

const databases = (await listTestDatabases({ servers: 'always' })).filter(({ kind }) => kind === 'postgres')
// oxlint-disable-next-line vitest/warn-todo, vitest/no-conditional-tests -- vitest fails a file without tests; this one is reported
if (databases.length === 0) test.todo('needs PostgreSQL')
for (const database of databases) {
  const createPipeline = async () => {
    const fresh = await database.create()
    const { db, driver } = fresh.connectWithDriver()
    if (driver.pool === undefined) throw new Error('no pool')
    await createTables(db, { dialect: 'postgres' }, [appliedBatches, purses])
    const storage = kyselyStorage(db, { dialect: 'postgres', ...driver })
    await storage.commit(batch(...'abcdefgh'.split('').map((id) => insert(purses, { id, coins: 100 }))))
    const coins = async (id: string) => (await storage.find(purses, { where: { id } }))[0]?.coins
    return { fresh, db, pool: driver.pool, storage, coins }
  }

  describe(`pipelined commits on ${database.name}`, () => {
    test('fail independently of each other', async () => {
      const { fresh, storage, coins } = await createPipeline()
      const commits = Array.from({ length: 200 }, (_, at) =>
        at % 4 === 3
          ? storage.commit(batch(check(purses, { where: { id: 'nobody' } })))
          : storage.commit(pay('abcdefgh'[at % 8] ?? 'a')),
      )
      const outcomes = await Promise.allSettled(commits)
      const rejected = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
      expect(rejected.length).toBe(50)
      expect(rejected.every((reason) => isCommitError(reason) && reason.index === 0)).toBe(true)
      expect(await Promise.all(Array.from('abcdefgh', coins))).toEqual([75, 75, 75, 100, 75, 75, 75, 100])
      await fresh.drop()
    })

    test('are not blocked by one that waits for a row lock', async () => {
      const { fresh, db, storage, coins } = await createPipeline()
      let waiting = Promise.resolve()
      await db.transaction().execute(async (blocker) => {
        await sql`update billfold_purses set coins = coins where id = 'a'`.execute(blocker)
        let isDone = false
        waiting = storage.commit(pay('a')).then(() => void (isDone = true))
        await Promise.all(Array.from({ length: 200 }, (_, at) => storage.commit(pay('bcdefgh'[at % 7] ?? 'b'))))
        expect(isDone).toBe(false)
        const stuck = storage.commit(pay('a'))
        await Promise.all([storage.commit(pay('b')), storage.commit(pay('c'))])
        waiting = Promise.all([waiting, stuck]).then(() => {})
      })
      await waiting
      expect(await coins('a')).toBe(98)
      await fresh.drop()
    })

    test('restore the settings of the connection', async () => {
      const { fresh, storage, pool } = await createPipeline()
      await Promise.all(Array.from({ length: 40 }, () => storage.commit(pay('a'))))
      const { rows } = await pool.query<{ lock_timeout: string }>('show lock_timeout')
      expect(rows).toEqual([{ lock_timeout: '0' }])
      await fresh.drop()
    })
  })

  describe(`a statement that reaches the server after its connection was lost on ${database.name}`, () => {
    test('does not apply a batch that was rejected meanwhile and can be committed again', async () => {
      const { fresh, db, pool, storage, coins } = await createPipeline()
      const lossyPool = createLossyPool(pool)
      const losingStorage = kyselyStorage(db, { dialect: 'postgres', pool: lossyPool.pool })
      const payment = pay('a', 150)
      const error = await losingStorage.commit(payment).catch((thrown: unknown) => thrown)
      expect(isCommitError(error) && error.reason).toBe('condition-failed')
      await storage.commit(batch(update(purses, { where: { id: 'a' }, add: { coins: 100 } })))
      const [late] = await lossyPool.deliver()
      expect(late).toMatchObject({ status: 'rejected' })
      expect(await coins('a')).toBe(200)
      await losingStorage.commit(payment)
      await storage.commit(payment)
      expect(await coins('a')).toBe(50)
      await fresh.drop()
    })

    test('does not apply a batch that was retried successfully', async () => {
      const { fresh, db, pool, coins } = await createPipeline()
      const lossyPool = createLossyPool(pool)
      const losingStorage = kyselyStorage(db, { dialect: 'postgres', pool: lossyPool.pool })
      await losingStorage.commit(pay('a', 30))
      await lossyPool.deliver()
      expect(await coins('a')).toBe(70)
      await fresh.drop()
    })
  })
}
