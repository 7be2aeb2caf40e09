import type { Kysely, Transaction } from 'kysely'
import { statementRunner } from '../sql/connection.ts'
import { type Attempt, throwIfAbandoned } from './attempt.ts'
import type { Target } from '../sql/dialect.ts'
import { causalSql } from '../sql/cluster.ts'

/**
 * Runs `work` in a transaction at read committed: a condition sees what was committed before it, and a write that waited for a
 * lock sees the new row. On Galera the node first catches up with the others. An abandoned attempt is rolled back.
 */
export async function inTransaction<DB, T>(
  db: Kysely<DB>,
  { dialect, cluster }: Target,
  attempt: Attempt,
  work: (transaction: Transaction<DB>) => Promise<T>,
): Promise<T> {
  const awaitedWork = async (transaction: Transaction<DB>): Promise<T> => {
    throwIfAbandoned(attempt)
    const result = await work(transaction)
    throwIfAbandoned(attempt)
    return result
  }
  if (dialect === 'sqlite') return db.transaction().execute(awaitedWork)
  if (cluster !== 'galera') return db.transaction().setIsolationLevel('read committed').execute(awaitedWork)
  return db.connection().execute(async (connection) => {
    await statementRunner(connection, dialect)(causalSql(cluster, 'select 1'))
    return connection.transaction().setIsolationLevel('read committed').execute(awaitedWork)
  })
}
