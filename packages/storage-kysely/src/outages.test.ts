import { createBillfold, isBillfoldError, localKeyring, newKey, silentLogger } from '@billfold/core'
import { appliedBatches, batch, bigint, check, defineTable, insert, text, update } from '@billfold/core/storage'
import { listTestDatabases } from '@billfold/test-databases'
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { createTables } from './schema/create-tables.ts'
import { kyselyStorage } from './kysely-storage.ts'

const purses = defineTable({ name: 'purses', columns: { id: text(8), coins: bigint() }, key: ['id'] })
const addCoin = () => batch(update(purses, { where: { id: 'a' }, add: { coins: 1n } }))
const retry = { conflictMs: 200, lostMs: 200 }

const readOnly = {
  sqlite: 'pragma query_only = on',
  postgres: 'set default_transaction_read_only = on',
  mysql: 'set session transaction read only',
} as const

async function catchCause(work: Promise<unknown>): Promise<string> {
  const error = await work.catch((thrown: unknown) => thrown)
  if (!isBillfoldError(error, 'storage.unavailable')) throw new Error('expected storage.unavailable', { cause: error })
  return String(error.cause)
}

for (const database of (await listTestDatabases({ servers: 'always' })).filter(({ kind }) => kind !== 'pglite')) {
  const { dialect, name } = database

  describe(`an outage of ${name}`, () => {
    test('without writes: commits are unavailable, reads work, and health() says so', async () => {
      const fresh = await database.create()
      await createTables(fresh.connect(), { dialect }, [appliedBatches, purses])
      await kyselyStorage(fresh.connect(), { dialect }).commit(batch(insert(purses, { id: 'a', coins: 1n })))
      const { db, driver } = fresh.connectWithSession([readOnly[dialect]])
      for (const storage of [kyselyStorage(db, { dialect, retry }), kyselyStorage(db, { dialect, retry, ...driver })]) {
        for (const commit of [addCoin(), batch(check(purses, { where: { id: 'a' } }), ...addCoin().writes)])
          expect(await catchCause(storage.commit(commit))).toContain('takes no writes')
        expect(await storage.find(purses)).toEqual([{ id: 'a', coins: 1n }])
        const keyring = localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' })
        expect(await createBillfold({ storage, keyring, logger: silentLogger }).health()).toEqual({
          status: 'unavailable',
          failing: ['storage-writes'],
        })
      }
      await fresh.drop()
    })
  })
}

/** The time limit of a statement: of MariaDB in seconds, of MySQL for reads only. */
const timeLimits = { postgres: 'set statement_timeout = 100', mysql: 'set max_statement_time = 0.1' } as const

for (const database of (await listTestDatabases({ servers: 'always' })).filter(({ name }) =>
  /^(PostgreSQL|MariaDB)/.test(name),
)) {
  const dialect = database.dialect === 'postgres' ? 'postgres' : 'mysql'

  test(`a statement that runs out of time on ${database.name} is unavailable, and can be repeated`, async () => {
    const fresh = await database.create()
    const db = fresh.connect()
    await createTables(db, { dialect }, [appliedBatches, purses])
    const limited = fresh.connectWithSession([timeLimits[dialect]])
    const storage = kyselyStorage(limited.db, { dialect, retry, ...limited.driver })
    await storage.commit(batch(insert(purses, { id: 'a', coins: 1n })))
    const addition = addCoin()
    await db.transaction().execute(async (transaction) => {
      await sql`update billfold_purses set coins = coins where id = 'a'`.execute(transaction)
      expect(await catchCause(storage.commit(addition))).toContain('ran out of time')
    })
    await storage.commit(addition)
    await storage.commit(addition)
    expect(await storage.find(purses)).toEqual([{ id: 'a', coins: 2n }])
    await fresh.drop()
  })
}
