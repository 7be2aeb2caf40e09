import { BillfoldError } from '@billfold/core'
import type { Run } from './connection.ts'
import type { Cluster, Dialect } from './dialect.ts'

/**
 * Makes a statement see everything that was committed before it, on any server of the cluster (causal reads). A node of Galera
 * waits until it has applied it. Pgpool-II sends the statement to the primary.
 */
export function causalSql(cluster: Cluster | undefined, sql: string): string {
  if (cluster === undefined) return sql
  return cluster === 'galera' ? `set statement wsrep_sync_wait = 7 for ${sql}` : `/*NO LOAD BALANCE*/ ${sql}`
}

/** Makes the queries of `run` causal. Inside a transaction Galera does not wait: it must wait before its start. */
export function causalRun(cluster: Cluster | undefined, run: Run): Run {
  if (cluster === undefined) return run
  return (sql, parameters) => run(sql.startsWith('select ') ? causalSql(cluster, sql) : sql, parameters)
}

const dialects: Readonly<Record<Cluster, Dialect>> = { galera: 'mysql', pgpool: 'postgres' }

/** @throws BillfoldError `input.invalid` for a cluster of another dialect, and for `pool` behind Pgpool-II */
export function validateCluster(options: {
  readonly dialect: Dialect
  readonly cluster?: Cluster | undefined
  readonly pool?: unknown
}): void {
  const { dialect, cluster, pool } = options
  if (cluster === undefined) return
  if (dialects[cluster] !== dialect)
    throw new BillfoldError('input.invalid', {
      issues: [{ path: 'cluster', message: `"${cluster}" is not a cluster of the dialect "${dialect}"` }],
    })
  if (cluster === 'pgpool' && pool !== undefined)
    throw new BillfoldError('input.invalid', {
      issues: [
        { path: 'pool', message: 'cannot be used behind Pgpool-II, where pipelined commits can hang: remove it' },
      ],
    })
}
