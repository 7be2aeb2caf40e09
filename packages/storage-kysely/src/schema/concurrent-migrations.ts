import { readErrorNumber } from '../sql/driver-errors.ts'

/** A table, column or index exists or is gone already, or the migration is recorded. */
const doneElsewhere: ReadonlySet<unknown> = new Set([1050, 1051, 1060, 1061, 1062, 1091])

/** More than a release has steps. */
const maxRestarts = 2_000

/**
 * Runs a migration while other nodes of a Galera cluster run the same: named locks are held per node. The cluster executes
 * changes of tables one after the other, so of two equal ones the second fails; the migration then continues with what is
 * left to do.
 */
export async function migrateBesideOthers<T>(migrate: () => Promise<T>): Promise<T> {
  for (let restarts = 0; ; restarts++) {
    try {
      return await migrate()
    } catch (error) {
      if (!doneElsewhere.has(readErrorNumber(error)) || restarts >= maxRestarts) throw error
    }
  }
}
