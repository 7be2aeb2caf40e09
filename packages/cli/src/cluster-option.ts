import type { Cluster } from '@billfold/storage-kysely'
import { UsageError } from './command.ts'

/**
 * Parses `--cluster`.
 * @throws UsageError
 */
export function parseCluster(value: string | undefined): Cluster | undefined {
  if (value === undefined || value === 'galera' || value === 'pgpool') return value
  throw new UsageError(`--cluster must be galera or pgpool: "${value}"`)
}
