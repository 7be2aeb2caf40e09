import type { Table } from '@billfold/core/storage'
import type { Run } from '../sql/connection.ts'
import { certifiedColumn } from '../sql/galera.ts'
import { listColumns } from './catalog.ts'
import { certifyTableSql, type SchemaTarget } from './schema-sql.ts'

/** The id under which the preparation of tables for a Galera cluster is reported, like that of a migration. */
export const certificationId = 'cluster/galera'

/** Finds the statements that prepare existing tables for a Galera cluster. Without a cluster there are none. */
export async function listCertificationSql(
  run: Run,
  target: SchemaTarget,
  tables: readonly Table[],
): Promise<readonly string[]> {
  if (target.cluster !== 'galera') return []
  const statements: string[] = []
  for (const { name } of tables) {
    const columns = await listColumns(run, 'mysql', target.names, name)
    if (columns.length > 0 && !columns.some((column) => column.name === certifiedColumn))
      statements.push(certifyTableSql(target, name))
  }
  return statements
}
