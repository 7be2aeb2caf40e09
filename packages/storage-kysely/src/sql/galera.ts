import { BillfoldError } from '@billfold/core'
import type { Batch, Write } from '@billfold/core/storage'
import type { Run } from './connection.ts'
import type { Cluster, Dialect } from './dialect.ts'

/**
 * The column that Galera clusters have in each table. Galera compares the rows that transactions of different nodes have
 * changed, and nothing else (certification): a locking read, and an update to the same values, are not seen by other nodes.
 * Changing this column makes both visible. It is invisible, so that `insert` and `select *` do not see it.
 */
export const certifiedColumn = 'galera_certified'

/** The definition of {@link certifiedColumn}. */
export const certifiedColumnSql = `${certifiedColumn} tinyint unsigned invisible not null default 0`

/** The assignment that changes {@link certifiedColumn} of a row, whatever it is. */
export const certifiedAssignmentSql = `${certifiedColumn} = 1 - ${certifiedColumn}`

/** On Galera, makes a statement wait until this node has everything that was committed on any node (causal reads). */
export function causalSql(cluster: Cluster | undefined, sql: string): string {
  return cluster === 'galera' ? `set statement wsrep_sync_wait = 7 for ${sql}` : sql
}

/** Makes the queries of `run` causal. Inside a transaction the wait has no effect: it must be before its start. */
export function causalRun(cluster: Cluster | undefined, run: Run): Run {
  if (cluster === undefined) return run
  return (sql, parameters) => run(sql.startsWith('select ') ? causalSql(cluster, sql) : sql, parameters)
}

/** On Galera, replaces checks for one row by updates that change only {@link certifiedColumn}. */
export function certifyChecks(cluster: Cluster | undefined, batch: Batch): Batch {
  return cluster === 'galera' ? { id: batch.id, writes: batch.writes.map(certifyCheck) } : batch
}

function certifyCheck(write: Write): Write {
  if (write.kind !== 'check' || write.expectedRows === 'none') return write
  return { kind: 'update', table: write.table, where: write.where, set: {}, add: {}, expectedRows: 'one' }
}

/** @throws BillfoldError `input.invalid` for a cluster of another dialect */
export function validateCluster({ dialect, cluster }: { readonly dialect: Dialect; readonly cluster?: Cluster }): void {
  if (cluster === undefined || (cluster === 'galera' && dialect === 'mysql')) return
  throw new BillfoldError('input.invalid', {
    issues: [{ path: 'cluster', message: `must be 'galera', with the dialect 'mysql': "${cluster}"` }],
  })
}
