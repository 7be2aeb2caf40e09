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
import { describe, expect, test } from 'vitest'
import { createTables } from '../schema/create-tables.ts'
import { kyselyStorage } from '../kysely-storage.ts'

const purses = defineTable({ name: 'purses', columns: { id: text(8), coins: integer() }, key: ['id'] })
const pay = () => batch(update(purses, { where: { id: 'a', coins: { gte: 1 } }, add: { coins: -1 } }))

for (const database of (await listTestDatabases({ servers: 'always' })).filter(({ kind }) => kind === 'sqlite')) {
  const createStorage = async () => {
    const fresh = await database.create()
    const { db, driver } = fresh.connectWithDriver()
    if (driver.database === undefined) throw new Error('no database')
    await createTables(db, { dialect: 'sqlite' }, [appliedBatches, purses])
    const transactions: string[] = []
    const { database: sqlite } = driver
    const counting = {
      prepare: (sql: string) => sqlite.prepare(sql),
      exec: (sql: string) => {
        if (sql === 'begin immediate') transactions.push(sql)
        return sqlite.exec(sql)
      },
    }
    const storage = kyselyStorage(db, { dialect: 'sqlite', database: counting })
    await storage.commit(batch(insert(purses, { id: 'a', coins: 100 })))
    const coins = async () => (await storage.find(purses))[0]?.coins
    return { fresh, db, storage, transactions, coins }
  }

  describe(`concurrent commits on ${database.name}`, () => {
    test('share transactions and fail independently of each other', async () => {
      const { fresh, storage, transactions, coins } = await createStorage()
      const outcomes = await Promise.allSettled(
        Array.from({ length: 120 }, (_, at) =>
          storage.commit(at % 3 === 2 ? batch(check(purses, { where: { id: 'nobody' } })) : pay()),
        ),
      )
      const rejected = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
      expect([rejected.length, rejected.every((reason) => isCommitError(reason))]).toEqual([40, true])
      expect(await coins()).toBe(20)
      expect(transactions.length).toBeLessThan(10)
      await fresh.drop()
    })

    test('wait for an open transaction of the host on the same connection', async () => {
      const { fresh, db, storage, coins } = await createStorage()
      let commits: Promise<void>[] = []
      const failure = db.transaction().execute(async (transaction) => {
        await storage.withTransaction(transaction).commit(pay())
        commits = [storage.commit(pay()), storage.commit(pay())]
        await new Promise((resolve) => setTimeout(resolve, 20))
        throw new Error('rolled back by the host')
      })
      await expect(failure).rejects.toThrow('rolled back')
      await Promise.all(commits)
      expect(await coins()).toBe(98)
      await fresh.drop()
    })
  })
}
