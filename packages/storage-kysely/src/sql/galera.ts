import type { Batch, Write } from '@billfold/core/storage'
import type { Cluster } from './dialect.ts'

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

/** On Galera, replaces checks for one row by updates that change only {@link certifiedColumn}. */
export function certifyChecks(cluster: Cluster | undefined, batch: Batch): Batch {
  return cluster === 'galera' ? { id: batch.id, writes: batch.writes.map(certifyCheck) } : batch
}

function certifyCheck(write: Write): Write {
  if (write.kind !== 'check' || write.expectedRows === 'none') return write
  return { kind: 'update', table: write.table, where: write.where, set: {}, add: {}, expectedRows: 'one' }
}
