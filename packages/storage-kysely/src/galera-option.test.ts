import { appliedBatches, batch, check, defineTable, insert, text } from '@billfold/core/storage'
import { listTestDatabases } from '@billfold/test-databases'
import { describeStorage } from '@billfold/testing'
import { expect, test } from 'vitest'
import { kyselyStorage } from './kysely-storage.ts'
import { createTables } from './schema/create-tables.ts'
import { migrate } from './schema/migrate.ts'
import { pendingMigrations, printMigrations } from './index.ts'

const cluster = 'galera'
const dialect = 'mysql'

// A single MariaDB runs the statements of a cluster as well, without an effect beyond the node.
for (const database of (await listTestDatabases({ servers: 'always' })).filter(({ name }) =>
  name.startsWith('MariaDB'),
)) {
  describeStorage(`Kysely with the statements of Galera on ${database.name}`, async (tables) => {
    const fresh = await database.create()
    await createTables(fresh.connect(), { dialect, cluster }, [appliedBatches, ...tables])
    const connect = () => kyselyStorage(fresh.connect(), { dialect, cluster })
    return { storages: [connect(), connect(), connect()], close: fresh.drop }
  })

  test(`tables of ${database.name} are prepared for Galera once, and refused without Galera`, async () => {
    const fresh = await database.create()
    const db = fresh.connect()
    await migrate(db, { dialect })
    const before = await pendingMigrations(db, { dialect, cluster })
    expect(before.map(({ id }) => id)).toEqual(['cluster/galera'])
    await expect(migrate(db, { dialect, cluster })).rejects.toMatchObject({
      code: 'storage.session-mismatch',
      issues: [{ path: 'session.wsrep_on', message: expect.stringContaining('stays on this node') }],
    })
    await fresh.drop()
  })

  test(`a check inside a transaction of the host on ${database.name} is a write in a cluster`, async () => {
    const notes = defineTable({ name: 'notes', columns: { id: text(36) }, key: ['id'] })
    const fresh = await database.create()
    const db = fresh.connect()
    await createTables(db, { dialect, cluster }, [appliedBatches, notes])
    const storage = kyselyStorage(db, { dialect, cluster })
    await storage.commit(batch(insert(notes, { id: 'a' })))
    await db.transaction().execute(async (transaction) => {
      const inside = storage.withTransaction(transaction)
      await inside.commit(batch(check(notes, { where: { id: 'a' } })))
      await expect(inside.commit(batch(check(notes, { where: { id: 'b' } })))).rejects.toMatchObject({
        reason: 'condition-failed',
        index: 0,
      })
    })
    expect(await storage.find(notes)).toEqual([{ id: 'a' }])
    await fresh.drop()
  })
}

test('the option is rejected for another dialect, and printed migrations prepare every table', async () => {
  const [database] = await listTestDatabases({ servers: 'always' })
  const fresh = await database?.create()
  const db = fresh?.connect()
  if (db === undefined) throw new Error('there is no database')
  const invalid = { code: 'input.invalid', issues: [{ path: 'cluster', message: expect.stringContaining('galera') }] }
  expect(() => kyselyStorage(db, { dialect: 'postgres', cluster })).toThrow(expect.objectContaining(invalid))
  const pool = { connect: () => Promise.reject(new Error('not called')) }
  expect(() => kyselyStorage(db, { dialect: 'postgres', cluster: 'pgpool', pool })).toThrow(
    expect.objectContaining({
      code: 'input.invalid',
      issues: [{ path: 'pool', message: expect.stringContaining('Pgpool-II') }],
    }),
  )
  expect(() => printMigrations('mysql', { cluster })).toThrow(expect.objectContaining({ code: 'input.invalid' }))
  const sql = printMigrations('mariadb', { cluster })
  expect(sql.match(/galera_certified/g)?.length).toBe(sql.match(/^create table `/gm)?.length)
  await fresh?.drop()
})
