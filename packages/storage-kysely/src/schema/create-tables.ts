import type { Table } from '@billfold/core/storage'
import type { Kysely } from 'kysely'
import { flavourOf } from './catalog.ts'
import { runOn } from '../sql/connection.ts'
import { type Dialect, type Naming, namesOf } from '../sql/dialect.ts'
import { createTableSql } from './schema-sql.ts'

/**
 * Makes these tables, with their keys and indexes, outside of any migration: for tables that are no part of Billfold, in tests
 * and benchmarks. Billfold's own come from {@link migrate}.
 */
export async function createTables<DB>(
  db: Kysely<DB>,
  options: Naming & { readonly dialect: Dialect },
  tables: readonly Table[],
): Promise<void> {
  const run = runOn(db)
  const flavour = await flavourOf(run, options.dialect)
  const target = { flavour, names: namesOf(flavour, options) }
  for (const sql of tables.flatMap((table) => createTableSql(target, table))) await run(sql)
}
