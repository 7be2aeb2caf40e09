import { BillfoldError, isBillfoldError } from '@billfold/core'
import { appliedBatches, batch, defineTable, insert, integer, text, update } from '@billfold/core/storage'
import { listTestDatabases } from '@billfold/test-databases'
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { createTables } from '../schema/create-tables.ts'
import { kyselyStorage } from '../kysely-storage.ts'
import { maxPipelinedRows } from './pipelined-reads.ts'
import type { PostgresClient, PostgresPool } from './postgres-pipeline.ts'

const purses = defineTable({ name: 'purses', columns: { id: text(8), coins: integer() }, key: ['id'] })
const find = (id: string) => [purses, { where: { id } }] as const

/** A pool that counts what the pipelines take from it. */
function countingPool(pool: PostgresPool, maxConnections = 10) {
  const pipelines: string[][] = []
  const counted: PostgresPool = {
    options: { max: maxConnections },
    connect: async () => {
      const client = await pool.connect()
      const statements: string[] = []
      pipelines.push(statements)
      const query: PostgresClient['query'] = (sent) => {
        statements.push(sent.text)
        return client.query(sent)
      }
      return { query, release: (destroy) => client.release(destroy) }
    },
  }
  return { pool: counted, pipelines }
}

const databases = (await listTestDatabases({ servers: 'always' })).filter(({ kind }) => kind === 'postgres')
// oxlint-disable-next-line vitest/warn-todo, vitest/no-conditional-tests -- vitest fails a file without tests; this one is reported
if (databases.length === 0) test.todo('needs PostgreSQL')
describe.each(databases)('reads on $name', (database) => {
  const open = async () => {
    const fresh = await database.create()
    const { db, driver } = fresh.connectWithDriver()
    if (driver.pool === undefined) throw new Error('no pool')
    await createTables(db, { dialect: 'postgres' }, [appliedBatches, purses])
    const { pool, pipelines } = countingPool(driver.pool)
    const storage = kyselyStorage(db, { dialect: 'postgres', pool })
    await storage.commit(batch(...'abcdefgh'.split('').map((id) => insert(purses, { id, coins: 1 }))))
    pipelines.length = 0
    return { fresh, db, storage, pipelines }
  }

  test('of one turn of the event loop share a connection, whatever promises they continue', async () => {
    const { fresh, storage, pipelines } = await open()
    const later = async () => {
      for (let turn = 0; turn < 5; turn++) await Promise.resolve()
      return storage.find(...find('c'))
    }
    const rows = await Promise.all([storage.find(...find('a')), storage.find(...find('b')), later()])
    expect(rows.flat().map(({ id }) => id)).toEqual(['a', 'b', 'c'])
    expect(pipelines).toHaveLength(1)
    expect(pipelines[0]).toHaveLength(3)
    await fresh.drop()
  })

  test('see what was committed before them', async () => {
    const { fresh, storage } = await open()
    for (let coins = 2; coins < 40; coins++) {
      await storage.commit(batch(update(purses, { where: { id: 'a' }, set: { coins } })))
      const found = await Promise.all([
        storage.find(...find('a')),
        storage.find(...find('b')),
        storage.find(...find('a')),
      ])
      expect(found.map((rows) => rows[0]?.coins)).toEqual([coins, 1, coins])
    }
    await fresh.drop()
  })

  test('that are lists or long take a connection of their own', async () => {
    const { fresh, storage, pipelines } = await open()
    const orderBy = [['id', 'asc']] as const
    await Promise.all([
      storage.find(purses, { mayBeStale: true }),
      storage.find(purses, { orderBy, limit: maxPipelinedRows + 1 }),
      storage.find(purses, { orderBy, limit: 1, offset: 1 }),
    ])
    expect(pipelines).toEqual([])
    await fresh.drop()
  })

  test('do not wait for a commit that waits for a row', async () => {
    const { fresh, db, storage } = await open()
    await db.transaction().execute(async (blocker) => {
      await sql`update billfold_purses set coins = coins where id = 'a'`.execute(blocker)
      const commits = ['a', 'b', 'c', 'd', 'a', 'b', 'c', 'd'].map((id) =>
        storage.commit(batch(update(purses, { where: { id }, add: { coins: 1 } }))),
      )
      let isDone = false
      const committed = Promise.all(commits).then(() => (isDone = true))
      expect(await storage.find(...find('h'))).toEqual([{ id: 'h', coins: 1 }])
      expect(isDone).toBe(false)
      void committed
    })
    await expect.poll(async () => (await storage.find(...find('a')))[0]?.coins).toBe(3)
    await fresh.drop()
  })

  test('fail on their own, and are prepared again after the table has changed', async () => {
    const { fresh, db, storage } = await open()
    const missing = defineTable({ name: 'missing', columns: { id: text(8) }, key: ['id'] })
    for (let round = 0; round < 3; round++) {
      const [found, failed] = await Promise.allSettled([storage.find(...find('a')), storage.find(missing)])
      expect(found).toMatchObject({ status: 'fulfilled', value: [{ id: 'a' }] })
      expect(failed.status === 'rejected' && isBillfoldError(failed.reason, 'storage.schema-mismatch')).toBe(true)
    }
    // The prepared statements of all connections fail from here: their result has another type.
    await sql`alter table billfold_purses alter column coins type bigint`.execute(db)
    const rows = await Promise.all(Array.from({ length: 40 }, () => storage.find(...find('a'))))
    expect(rows).toEqual(Array.from({ length: 40 }, () => [{ id: 'a', coins: 1 }]))
    await sql`deallocate all`.execute(db)
    expect(await storage.find(...find('a'))).toEqual([{ id: 'a', coins: 1 }])
    await fresh.drop()
  })

  test('whose connection is lost are repeated on another', async () => {
    const { fresh, db, storage } = await open()
    await storage.find(...find('a'))
    const others = sql`select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = current_setting('application_name') and pid <> pg_backend_pid()`
    for (let round = 0; round < 3; round++) {
      const finds = Array.from({ length: 30 }, () => storage.find(...find('a')))
      await others.execute(db).catch(() => {})
      for (const rows of await Promise.all(finds)) expect(rows).toEqual([{ id: 'a', coins: 1 }])
    }
    await fresh.drop()
  })

  test('that are invalid are rejected without a connection', async () => {
    const { fresh, storage, pipelines } = await open()
    const invalid = storage.find(purses, { where: { id: '\ud800' } })
    await expect(invalid).rejects.toThrow(BillfoldError)
    expect(pipelines).toEqual([])
    await fresh.drop()
  })
})
