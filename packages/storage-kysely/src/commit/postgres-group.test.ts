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
import { openTestDatabases } from '@billfold/test-databases'
import { sql } from 'kysely'
import type pg from 'pg'
import { describe, expect, test } from 'vitest'
import { createTables } from '../schema/create-tables.ts'
import { kyselyStorage } from '../kysely-storage.ts'
import type { PostgresClient, PostgresPool } from './postgres-group.ts'

const purses = defineTable({ name: 'purses', columns: { id: text(8), coins: integer() }, key: ['id'] })
const pay = (id: string, coins = 1) =>
  batch(update(purses, { where: { id, coins: { gte: coins } }, add: { coins: -coins } }))

/** A pool whose statements are all lost to who sends them, and delivered only when the test says so. */
function lossyPool(pool: pg.Pool): {
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

for (const database of (await openTestDatabases()).filter(({ kind }) => kind === 'postgres')) {
  const open = async () => {
    const fresh = await database.open()
    const { db, driver } = fresh.connectWithDriver()
    if (driver.pool === undefined) throw new Error('there is no pool')
    await createTables(db, { dialect: 'postgres' }, [appliedBatches, purses])
    const storage = kyselyStorage(db, { dialect: 'postgres', ...driver })
    await storage.commit(batch(...'abcdefgh'.split('').map((id) => insert(purses, { id, coins: 100 }))))
    const coins = async (id: string) => (await storage.find(purses, { where: { id } }))[0]?.coins
    return { fresh, db, pool: driver.pool, storage, coins }
  }

  describe(`commits that go down one connection together on ${database.name}`, () => {
    test('fail each on its own', async () => {
      const { fresh, storage, coins } = await open()
      const commits = Array.from({ length: 200 }, (_, at) =>
        at % 4 === 3
          ? storage.commit(batch(check(purses, { where: { id: 'nobody' } })))
          : storage.commit(pay('abcdefgh'[at % 8] ?? 'a')),
      )
      const outcomes = await Promise.allSettled(commits)
      const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
      expect(refused.length).toBe(50)
      expect(refused.every((reason) => isCommitError(reason) && reason.index === 0)).toBe(true)
      expect(await Promise.all(Array.from('abcdefgh', coins))).toEqual([75, 75, 75, 100, 75, 75, 75, 100])
      await fresh.drop()
    })

    test('are not held up by one that waits for a row', async () => {
      const { fresh, db, storage, coins } = await open()
      let waiting = Promise.resolve()
      await db.transaction().execute(async (holder) => {
        await sql`update billfold_purses set coins = coins where id = 'a'`.execute(holder)
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

    test('leave the settings of the connection as they were', async () => {
      const { fresh, storage, pool } = await open()
      await Promise.all(Array.from({ length: 40 }, () => storage.commit(pay('a'))))
      const { rows } = await pool.query<{ lock_timeout: string }>('show lock_timeout')
      expect(rows).toEqual([{ lock_timeout: '0' }])
      await fresh.drop()
    })
  })

  describe(`a statement that arrives after its sender gave it up on ${database.name}`, () => {
    test('does not apply a batch that was refused meanwhile, which may be committed again', async () => {
      const { fresh, db, pool, storage, coins } = await open()
      const lossy = lossyPool(pool)
      const losing = kyselyStorage(db, { dialect: 'postgres', pool: lossy.pool })
      const given = pay('a', 150)
      const error = await losing.commit(given).catch((thrown: unknown) => thrown)
      expect(isCommitError(error) && error.reason).toBe('condition-failed')
      await storage.commit(batch(update(purses, { where: { id: 'a' }, add: { coins: 100 } })))
      const [late] = await lossy.deliver()
      expect(late).toMatchObject({ status: 'rejected' })
      expect(await coins('a')).toBe(200)
      await losing.commit(given)
      await storage.commit(given)
      expect(await coins('a')).toBe(50)
      await fresh.drop()
    })

    test('does not apply a batch a second time', async () => {
      const { fresh, db, pool, coins } = await open()
      const lossy = lossyPool(pool)
      const losing = kyselyStorage(db, { dialect: 'postgres', pool: lossy.pool })
      await losing.commit(pay('a', 30))
      await lossy.deliver()
      expect(await coins('a')).toBe(70)
      await fresh.drop()
    })
  })
}
