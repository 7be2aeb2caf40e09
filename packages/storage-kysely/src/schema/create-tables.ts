import type { Table } from '@billfold/core/storage'
import type { Kysely } from 'kysely'
import { statementRunner } from '../sql/connection.ts'
import { type Cluster, createNames, type Dialect, type Naming } from '../sql/dialect.ts'
import { detectFlavour } from './catalog.ts'
import { certifyTableSql, createTableSql, type SchemaTarget } from './schema-sql.ts'

/**
 * Creates tables with their keys and indexes, outside of any migration: for tables that are not part of Billfold or of a
 * module, as in tests and benchmarks. {@link migrate} creates those of Billfold and of modules.
 *
 * @throws errors of the driver if a table exists already
 *
 * @example
 * ```ts
 * import { appliedBatches, defineTable, text } from '@billfold/core/storage'
 * import { createTables } from '@billfold/storage-kysely'
 * import type { Kysely } from 'kysely'
 *
 * const notes = defineTable({ name: 'notes', columns: { id: text(36) }, key: ['id'] })
 *
 * async function createNotes(db: Kysely<unknown>) {
 *   await createTables(db, { dialect: 'sqlite' }, [appliedBatches, notes])
 * }
 * ```
 */
export async function createTables<DB>(
  db: Kysely<DB>,
  options: Naming & { readonly dialect: Dialect; readonly cluster?: Cluster },
  tables: readonly Table[],
): Promise<void> {
  const run = statementRunner(db, options.dialect)
  const flavour = await detectFlavour(run, options.dialect)
  const target: SchemaTarget = { flavour, names: createNames(flavour, options) }
  for (const table of tables) {
    for (const sql of createTableSql(target, table)) await run(sql)
    if (options.cluster === 'galera') await run(certifyTableSql(target, table.name))
  }
}
