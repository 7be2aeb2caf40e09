import { appliedBatches, bigint, defineTable, type Query, text, type Table } from '@billfold/core/storage'
import { type AnyTables, listTestDatabases } from '@billfold/test-databases'
import type { Kysely } from 'kysely'
import { describe, expect, test } from 'vitest'
import { toCells, statementRunner } from '../sql/connection.ts'
import { createTables } from './create-tables.ts'
import { type Dialect, createNames, type Target } from '../sql/dialect.ts'
import { createStatementCache } from '../sql/statement-cache.ts'
import { kyselyStorage } from '../kysely-storage.ts'
import { findStatement } from '../sql/statements.ts'
import { insertSql, placeholdersFor } from '../sql/write-sql.ts'

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

/** Plans that scan a whole table or sort. */
const inefficientPlan = /Seq Scan|Sort|SCAN|TEMP B-TREE|"access_type": "ALL"|filesort/

function explainPlan(db: Kysely<AnyTables>, target: Target, table: Table, query: Query): Promise<string> {
  const { sql, parameters } = findStatement(target, table, query)
  return db.connection().execute(async (connection) => {
    const run = statementRunner(connection, target.dialect)
    // PostgreSQL scans small tables; the test checks whether an index can be used.
    if (target.dialect === 'postgres') await run('set enable_seqscan = off')
    const { rows } = await run(`${explain[target.dialect]} ${sql}`, parameters)
    return rows.map((row) => Object.values(toCells(row)).join(' ')).join('\n')
  })
}

const toId = (at: number): string => `letter-${String(at).padStart(8, '0')}`

for (const database of await listTestDatabases({ servers: 'always' })) {
  const { dialect } = database
  describe(`find on ${database.name}`, () => {
    test('uses an index for a list of 1,000 values and for a page by key', async () => {
      const fresh = await database.create()
      const { db, driver } = fresh.connectWithDriver()
      const run = statementRunner(db, dialect)
      const target: Target = { dialect, names: createNames(dialect, {}), statements: createStatementCache() }
      await createTables(db, { dialect }, [appliedBatches, letters])
      const storage = kyselyStorage(db, { dialect, ...driver })
      for (let from = 0; from < count; from += 1_000) {
        const rows = Array.from({ length: 1_000 }, (_, at) => [toId(from + at), 'ours', 1n])
        await run(insertSql(target, letters, rows.length, placeholdersFor(target)), rows.flat())
      }
      await run(dialect === 'mysql' ? 'analyze table billfold_letters' : 'analyze billfold_letters')

      const list = Array.from({ length: 1_000 }, (_, at) => toId(at * 17))
      const pageAfter = (at: number) =>
        ({ where: { tenant: 'ours', id: { gt: toId(at) } }, orderBy: [['id', 'asc']], limit: 50 }) as const
      for (const query of [{ where: { id: { in: list } } }, pageAfter(0), pageAfter(count - 60)])
        expect(inefficientPlan.exec(await explainPlan(db, target, letters, query))?.[0]).toBe(undefined)
      expect((await storage.find(letters, { where: { id: { in: list } } })).length).toBe(1_000)
      expect((await storage.find(letters, pageAfter(count - 60))).map((row) => row.id)[0]).toBe(toId(count - 59))
      await fresh.drop()
    })
  })
}
