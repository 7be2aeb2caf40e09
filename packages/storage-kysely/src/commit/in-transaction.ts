import type { Kysely, Transaction } from 'kysely'
import { statementRunner } from '../sql/connection.ts'
import type { Target } from '../sql/dialect.ts'
import { causalSql } from '../sql/galera.ts'

/**
 * Runs `work` in a transaction at read committed: a condition sees what was committed before it, and a write that waited for a
 * lock sees the new row. On Galera the node first catches up with the others.
 */
export async function inTransaction<DB, T>(
  db: Kysely<DB>,
  { dialect, cluster }: Target,
  work: (transaction: Transaction<DB>) => Promise<T>,
): Promise<T> {
  if (dialect === 'sqlite') return db.transaction().execute(work)
  if (cluster === undefined) return db.transaction().setIsolationLevel('read committed').execute(work)
  return db.connection().execute(async (connection) => {
    await statementRunner(connection, dialect)(causalSql(cluster, 'select 1'))
    return connection.transaction().setIsolationLevel('read committed').execute(work)
  })
}
