import { isBillfoldError } from '@billfold/core'
import type { Query, RowOf, Table } from '@billfold/core/storage'
import { answeredWithin, answeringRun } from './commit/attempt.ts'
import { findRows } from './find-rows.ts'
import { verifySession } from './session/verify-session.ts'
import { type QueryableDatabase, statementRunner } from './sql/connection.ts'
import type { Cluster, Dialect, Naming, Target } from './sql/dialect.ts'

/** Reads from the replica. Resolves with undefined if there is none, or if it fails: the primary must then answer. */
export type TryReplica = <T extends Table>(table: T, query: Query<RowOf<T>>) => Promise<RowOf<T>[] | undefined>

/** The replica gets this part of the time limit, so that the primary can still answer. */
const replicaShare = 3

/** How long a replica that failed is not asked again, in ms. */
const pauseMs = 5_000

/** Creates the function that reads from the replica. One that has failed is left alone for a while. */
export function createReplicaReads(
  target: Target,
  replica: QueryableDatabase | undefined,
  timeoutMs: number,
): TryReplica {
  if (replica === undefined) return async () => undefined
  const run = statementRunner(replica, target.dialect)
  // A replica does not wait for what other servers have committed.
  const staleTarget: Target = { ...target, cluster: undefined }
  let pausedUntil = 0
  return async (table, query) => {
    if (performance.now() < pausedUntil) return undefined
    try {
      return await answeredWithin(timeoutMs / replicaShare, () => findRows(run, staleTarget, table, query))
    } catch (error) {
      // Invalid input is no failure of the replica. The primary reports either.
      if (!isBillfoldError(error, 'input.invalid')) pausedUntil = performance.now() + pauseMs
      return undefined
    }
  }
}

/** The settings that a replica may have, since nothing is written to it. */
const readOnlySettings: ReadonlySet<string> = new Set(['transaction_read_only', 'tx_read_only', 'wsrep_on'])

/**
 * Checks the session of the replica, which may be read-only.
 *
 * @throws BillfoldError `storage.session-mismatch`; errors of the driver
 */
export async function verifyReplica(
  options: Naming & { readonly dialect: Dialect; readonly cluster?: Cluster; readonly replica?: QueryableDatabase },
  timeoutMs: number,
): Promise<void> {
  const { replica, dialect } = options
  if (replica === undefined) return
  const run = answeringRun(timeoutMs, statementRunner(replica, dialect))
  await verifySession(run, options, (setting) => !readOnlySettings.has(setting))
}
