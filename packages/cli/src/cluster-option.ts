import type { Cluster } from '@billfold/storage-kysely'
import { UsageError } from './command.ts'

/** The usage text of the option. */
export const clusterUsage = '  --cluster NAME   galera or pgpool, as in the option `cluster` of the host'

/**
 * Parses `--cluster`.
 * @throws UsageError
 */
export function parseCluster(value: string | undefined): Cluster | undefined {
  if (value === undefined || value === 'galera' || value === 'pgpool') return value
  throw new UsageError(`--cluster must be galera or pgpool: "${value}"`)
}
