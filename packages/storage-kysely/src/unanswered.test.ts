import { isBillfoldError } from '@billfold/core'
import { appliedBatches, batch, bigint, defineTable, insert, text, update } from '@billfold/core/storage'
import { type AnyTables, listTestDatabases } from '@billfold/test-databases'
import { type Kysely, sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { kyselyStorage } from './kysely-storage.ts'
import { createTables } from './schema/create-tables.ts'

const purses = defineTable({ name: 'purses', columns: { id: text(36), coins: bigint() }, key: ['id'] })
const addCoin = () => batch(update(purses, { where: { id: 'a' }, add: { coins: 1n } }))
const statementTimeoutMs = 300

async function expectUnanswered(work: Promise<unknown>): Promise<void> {
  const error = await work.catch((thrown: unknown) => thrown)
  if (!isBillfoldError(error, 'storage.unavailable')) throw new Error('expected storage.unavailable', { cause: error })
  expect(String(error.cause)).toContain('no answer within statementTimeoutMs')
}

/** Takes connections of the pool until `end` is called. */
async function occupyPool(db: Kysely<AnyTables>, count: number): Promise<{ readonly end: () => Promise<void> }> {
  let release = (): void => {}
  const released = new Promise<void>((resolve) => (release = resolve))
  const taken: Promise<void>[] = []
  const holders = Array.from({ length: count }, () => {
    let take = (): void => {}
    taken.push(new Promise((resolve) => (take = resolve)))
    return db.connection().execute(async () => {
      take()
      await released
    })
  })
  await Promise.all(taken)
  return {
    end: async () => {
      release()
      await Promise.all(holders)
    },
  }
}

for (const database of (await listTestDatabases({ servers: 'always' })).filter(({ kind }) => kind !== 'pglite')) {
  const { dialect, name, kind } = database
  const poolSize = kind === 'sqlite' ? 1 : 6

  describe.each(['through Kysely', 'with its driver'])(`a database without an answer, ${name} %s`, (form) => {
    const connect = async () => {
      const fresh = await database.create()
      await createTables(fresh.connect(), { dialect }, [appliedBatches, purses])
      const { db, driver } = fresh.connectWithDriver()
      const storage = kyselyStorage(db, { dialect, statementTimeoutMs, ...(form === 'with its driver' && driver) })
      await storage.commit(batch(insert(purses, { id: 'a', coins: 1n })))
      return { fresh, db, storage, getCoins: async () => (await storage.find(purses))[0]?.coins }
    }

    test('gives storage.unavailable, and nothing is sent after it', async () => {
      const { fresh, db, storage, getCoins } = await connect()
      const occupied = await occupyPool(db, poolSize)
      await Promise.all([
        expectUnanswered(storage.commit(addCoin())),
        expectUnanswered(storage.commit(batch(...addCoin().writes, ...addCoin().writes))),
        expectUnanswered(storage.find(purses)),
        expectUnanswered(storage.verify()),
      ])
      await occupied.end()
      await storage.commit(batch(insert(purses, { id: 'b', coins: 0n })))
      expect(await getCoins()).toBe(1n)
      await fresh.drop()
    })
  })

  for (const { name: server } of [database].filter(() => kind !== 'sqlite')) {
    test.each(['through Kysely', 'with its driver', 'in a transaction of the host'])(
      `a commit on ${server} that waits for a row too long is unavailable, and applied once if it is repeated, %s`,
      async (form) => {
        const fresh = await database.create()
        const other = fresh.connect()
        await createTables(other, { dialect }, [appliedBatches, purses])
        const { db, driver } = fresh.connectWithDriver()
        const storage = kyselyStorage(db, { dialect, statementTimeoutMs, ...(form === 'with its driver' && driver) })
        await storage.commit(batch(insert(purses, { id: 'a', coins: 1n })))
        const addition = addCoin()
        await other.transaction().execute(async (transaction) => {
          await sql`update billfold_purses set coins = coins where id = 'a'`.execute(transaction)
          if (form !== 'in a transaction of the host') return expectUnanswered(storage.commit(addition))
          const failing = db.transaction().execute((own) => storage.withTransaction(own).commit(addition))
          // The rollback waits behind the statement.
          void failing.catch(() => {})
          await new Promise((resolve) => setTimeout(resolve, statementTimeoutMs * 2))
        })
        const patient = kyselyStorage(db, { dialect })
        await patient.commit(addition)
        await patient.commit(addition)
        expect(await patient.find(purses)).toEqual([{ id: 'a', coins: 2n }])
        await fresh.drop()
      },
    )
  }
}
