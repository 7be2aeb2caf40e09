import { appliedBatches, bigint, defineTable, type Query, text, type Table } from '@billfold/core/storage'
import { type AnyTables, openTestDatabases } from '@billfold/test-databases'
import type { Kysely } from 'kysely'
import { describe, expect, test } from 'vitest'
import { cellsOf, runOn } from '../sql/connection.ts'
import { createTables } from './create-tables.ts'
import { type Dialect, namesOf, type Target } from '../sql/dialect.ts'
import { keepTexts } from '../sql/kept-texts.ts'
import { kyselyStorage } from '../kysely-storage.ts'
import { findStatement } from '../sql/statements.ts'
import { insertText, marksOf } from '../sql/write-text.ts'

const letters = defineTable({
  name: 'letters',
  columns: { id: text(36), tenant: text(64), worth: bigint() },
  key: ['id'],
  indexes: { byTenant: ['tenant', 'id'] },
})

const count = 20_000

const explain: Readonly<Record<Dialect, string>> = {
  postgres: 'explain',
  sqlite: 'explain query plan',
  mysql: 'explain format=json',
}

/** Reads all of a table, or sorts. */
const wasteful = /Seq Scan|Sort|SCAN|TEMP B-TREE|"access_type": "ALL"|filesort/

function planOf(db: Kysely<AnyTables>, target: Target, table: Table, query: Query): Promise<string> {
  const { sql, parameters } = findStatement(target, table, query)
  return db.connection().execute(async (connection) => {
    const run = runOn(connection)
    // So small a table is read faster without any index; what matters is whether one could be used.
    if (target.dialect === 'postgres') await run('set enable_seqscan = off')
    const { rows } = await run(`${explain[target.dialect]} ${sql}`, parameters)
    return rows.map((row) => Object.values(cellsOf(row)).join(' ')).join('\n')
  })
}

const idOf = (at: number): string => `letter-${String(at).padStart(8, '0')}`

for (const database of await openTestDatabases()) {
  const { dialect } = database
  describe(`on ${database.name}`, () => {
    test('a list of 1,000 values and a page by key are found by an index, in one statement', async () => {
      const fresh = await database.open()
      const { db, driver } = fresh.connectWithDriver()
      const run = runOn(db)
      const target: Target = { dialect, names: namesOf(dialect, {}), texts: keepTexts() }
      await createTables(db, { dialect }, [appliedBatches, letters])
      const storage = kyselyStorage(db, { dialect, ...driver })
      for (let from = 0; from < count; from += 1_000) {
        const rows = Array.from({ length: 1_000 }, (_, at) => [idOf(from + at), 'ours', 1n])
        await run(insertText(target, letters, rows.length, marksOf(target)), rows.flat())
      }
      await run(dialect === 'mysql' ? 'analyze table billfold_letters' : 'analyze billfold_letters')

      const list = Array.from({ length: 1_000 }, (_, at) => idOf(at * 17))
      const pageAfter = (at: number) =>
        ({ where: { tenant: 'ours', id: { gt: idOf(at) } }, orderBy: [['id', 'asc']], limit: 50 }) as const
      for (const query of [{ where: { id: { in: list } } }, pageAfter(0), pageAfter(count - 60)])
        expect(wasteful.exec(await planOf(db, target, letters, query))?.[0]).toBe(undefined)
      expect((await storage.find(letters, { where: { id: { in: list } } })).length).toBe(1_000)
      expect((await storage.find(letters, pageAfter(count - 60))).map((row) => row.id)[0]).toBe(idOf(count - 59))
      await fresh.drop()
    })
  })
}
