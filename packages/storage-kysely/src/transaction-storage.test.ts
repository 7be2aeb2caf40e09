import {
  batch,
  appliedBatches,
  bigint,
  check,
  defineTable,
  insert,
  isCommitError,
  text,
  update,
} from '@billfold/core/storage'
import { listTestDatabases } from '@billfold/test-databases'
import { CamelCasePlugin, sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTables } from './schema/create-tables.ts'
import { kyselyStorage } from './kysely-storage.ts'

const purses = defineTable({
  name: 'purses',
  columns: { id: text(36), ownerName: text(40), coins: bigint() },
  key: ['id'],
})
const purse = (id: string) => ({ id, ownerName: 'ann', coins: 5n })

for (const database of await listTestDatabases({ servers: 'always' })) {
  const { dialect } = database
  const fresh = await database.create()
  // A plugin of the host that renames columns must not apply to ours.
  const db = fresh.connect().withPlugin(new CamelCasePlugin())
  const storage = kyselyStorage(db, { dialect })
  const countHostRows = async (): Promise<number> =>
    Number((await sql<{ n: number }>`select count(*) as n from host_rows`.execute(db)).rows[0]?.n)

  describe(`a storage inside a transaction of the host on ${database.name}`, () => {
    beforeAll(async () => {
      await createTables(db, { dialect }, [appliedBatches, purses])
      await sql`create table host_rows (name varchar(20))`.execute(db)
    })
    afterAll(() => fresh.drop())

    test('commits together with the rows of the host', async () => {
      await db.transaction().execute(async (transaction) => {
        await sql`insert into host_rows values ('one')`.execute(transaction)
        await storage.withTransaction(transaction).commit(batch(insert(purses, purse('together'))))
        expect(await storage.withTransaction(transaction).find(purses, { where: { id: 'together' } })).toEqual([
          purse('together'),
        ])
      })
      expect([await countHostRows(), await storage.find(purses)]).toEqual([1, [purse('together')]])
    })

    test('rolls back together with the rows of the host, and the batch can be committed later', async () => {
      const later = batch(insert(purses, purse('later')))
      const failure = db.transaction().execute(async (transaction) => {
        await sql`insert into host_rows values ('two')`.execute(transaction)
        await storage.withTransaction(transaction).commit(later)
        throw new Error('rolled back by the host')
      })
      await expect(failure).rejects.toThrow('rolled back')
      expect([await countHostRows(), await storage.find(purses, { where: { id: 'later' } })]).toEqual([1, []])
      await storage.commit(later)
      expect(await storage.find(purses, { where: { id: 'later' } })).toEqual([purse('later')])
    })

    test('leaves the transaction usable and unchanged after a rejected batch', async () => {
      await db.transaction().execute(async (transaction) => {
        const inside = storage.withTransaction(transaction)
        await sql`insert into host_rows values ('three')`.execute(transaction)
        for (const failing of [check(purses, { where: { id: 'nobody' } }), insert(purses, purse('together'))]) {
          const error = await inside
            .commit(batch(insert(purses, purse('half')), failing))
            .catch((thrown: unknown) => thrown)
          expect(isCommitError(error) && error.index).toBe(1)
        }
        await inside.commit(batch(update(purses, { where: { id: 'together' }, add: { coins: 1n } })))
      })
      expect(await countHostRows()).toBe(2)
      expect(await storage.find(purses, { where: { id: { in: ['half', 'together'] } } })).toEqual([
        { ...purse('together'), coins: 6n },
      ])
    })

    test('applies a batch once if it is committed inside the transaction and after it', async () => {
      const once = batch(update(purses, { where: { id: 'together' }, add: { coins: 10n } }))
      await db.transaction().execute(async (transaction) => {
        await storage.withTransaction(transaction).commit(once)
        await storage.withTransaction(transaction).commit(once)
      })
      await storage.commit(once)
      expect((await storage.find(purses, { where: { id: 'together' } }))[0]?.coins).toBe(16n)
    })

    test('serializes concurrent commits', async () => {
      await db.transaction().execute(async (transaction) => {
        const outcomes = await Promise.allSettled(
          Array.from({ length: 10 }, (_, at) => {
            const add = update(purses, { where: { id: 'together' }, add: { coins: 1n } })
            return storage
              .withTransaction(transaction)
              .commit(at % 2 === 0 ? batch(add) : batch(add, check(purses, { where: { id: 'nobody' } })))
          }),
        )
        expect(outcomes.filter((outcome) => outcome.status === 'fulfilled').length).toBe(5)
      })
      expect((await storage.find(purses, { where: { id: 'together' } }))[0]?.coins).toBe(21n)
    })

    test('kyselyStorage rejects a transaction', async () => {
      await db.transaction().execute(async (transaction) => {
        expect(() => kyselyStorage(transaction, { dialect })).toThrow('withTransaction()')
      })
    })
  })
}
