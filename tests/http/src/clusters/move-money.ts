import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { connectTo } from '@billfold/test-databases'
import { measureReliability, type ReliabilityReport } from '../payments/reliability.ts'
import type { Reached } from './conformance.ts'

/** What is done to the cluster while money moves. */
export interface Disturbance {
  readonly disturb: () => Promise<void>
  readonly disturbances: number
}

/** Migrates the database, and makes payments through two host processes while the cluster is disturbed. */
export async function moveMoney(
  reached: Reached,
  payments: number,
  disturbance: Disturbance,
  log: (line: string) => void = () => {},
): Promise<ReliabilityReport> {
  const { dialect, urls, cluster, pool } = reached
  const options = { dialect, ...(cluster !== undefined && { cluster }) }
  const db = connectTo(dialect, urls[0] ?? '')
  try {
    await migrate(db, options)
    return await measureReliability({
      ...options,
      url: urls,
      storage: kyselyStorage(db, { ...options, retry: { lostMs: 60_000 } }),
      processes: 2,
      clients: 8,
      payments,
      pipelines: pool === true,
      ...disturbance,
      log,
    })
  } finally {
    await db.destroy()
  }
}

/** True if each payment was applied once, and nothing was created or lost. */
export function isSound({ missing, unacknowledged, findings, cents }: ReliabilityReport): boolean {
  return missing + unacknowledged + findings.length === 0 && cents.users === cents.received
}
