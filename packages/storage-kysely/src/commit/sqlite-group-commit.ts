import { type Batch, CommitError } from '@billfold/core/storage'
import { hasExpectedRows } from './apply-batch.ts'
import type { Attempt } from './attempt.ts'
import type { Target } from '../sql/dialect.ts'
import { isOutage } from '../sql/driver-errors.ts'
import { createBatcher, type PendingItem } from '../pipeline/batcher.ts'
import { batchIdStatement, type Statement, writeStatement } from '../sql/statements.ts'

/** The part of a prepared statement of `libsql` or `better-sqlite3` that the storage uses. */
export interface SqliteStatement {
  readonly run: (parameters: readonly unknown[]) => { readonly changes: number | bigint }
  readonly all: (parameters: readonly unknown[]) => readonly unknown[]
}

/** The part of a `Database` of `libsql` or `better-sqlite3` that the storage uses: the same database that Kysely has. */
export interface SqliteDatabase {
  readonly prepare: (sql: string) => SqliteStatement
  readonly exec: (sql: string) => unknown
}

/** Runs a function with exclusive use of Kysely's only connection. */
export type RunExclusively = (work: () => void) => Promise<void>

/** A batch, and the attempt that waits for it. */
interface PendingBatch {
  readonly batch: Batch
  readonly attempt: Attempt
}

const limits = { maxConcurrentBatches: 1, maxBatchSize: 64 } as const

/** Size of the cache of prepared statements. */
const maxStatements = 500

/** Larger batches are committed alone, since a group commit blocks the event loop. */
const maxWrites = 64

/**
 * Creates a function that commits batches synchronously on prepared statements. Batches issued at the same time share one
 * transaction (group commit), each under its own savepoint. Returns false for a batch that was rejected or is too large.
 */
export function createSqliteGroupCommit(
  target: Target,
  database: SqliteDatabase,
  runExclusively: RunExclusively,
): (batch: Batch, attempt: Attempt) => Promise<boolean> {
  const prepared = preparedStatementCache(database)
  const apply = (batch: Batch): void => {
    run(prepared, batchIdStatement(target, batch))
    for (const [index, write] of batch.writes.entries()) {
      const { sql, parameters } = writeStatement(target, write)
      const statement = prepared(sql)
      const result =
        write.kind === 'check'
          ? { rows: statement.all(parameters), affectedRows: 0 }
          : { rows: [], affectedRows: Number(statement.run(parameters).changes) }
      if (!hasExpectedRows(write, result)) throw new CommitError('condition-failed', index)
    }
  }
  const commit = createBatcher<PendingBatch, boolean>(limits, async (group) => {
    try {
      const outcomes: (readonly [PendingItem<PendingBatch, boolean>, boolean])[] = []
      await runExclusively(() =>
        runInTransaction(database, () => void outcomes.push(...applyEach(database, group, apply))),
      )
      for (const [pending, isDone] of outcomes) pending.resolve(isDone)
    } catch (error) {
      for (const pending of group) pending.reject(error)
    }
  })
  return async (batch, attempt) => batch.writes.length <= maxWrites && commit({ batch, attempt })
}

function applyEach(
  database: SqliteDatabase,
  group: readonly PendingItem<PendingBatch, boolean>[],
  apply: (batch: Batch) => void,
): (readonly [PendingItem<PendingBatch, boolean>, boolean])[] {
  return group.map((pending) => {
    const { batch, attempt } = pending.item
    if (attempt.isAbandoned()) return [pending, false] as const
    database.exec('savepoint billfold')
    const isDone = tryApply(() => apply(batch))
    database.exec(isDone ? 'release billfold' : 'rollback to billfold; release billfold')
    return [pending, isDone] as const
  })
}

function tryApply(apply: () => void): boolean {
  try {
    apply()
    return true
  } catch (error) {
    // An error of the whole transaction; all others concern one batch.
    if (isOutage(error)) throw error
    return false
  }
}

/** Acquires the write lock at the start, so that no later statement can fail on another writer's lock. */
function runInTransaction(database: SqliteDatabase, work: () => void): void {
  database.exec('begin immediate')
  try {
    work()
    database.exec('commit')
  } catch (error) {
    rollBack(database)
    throw error
  }
}

function rollBack(database: SqliteDatabase): void {
  try {
    database.exec('rollback')
  } catch {
    // Some errors make SQLite roll back by itself.
  }
}

function run(prepared: (sql: string) => SqliteStatement, { sql, parameters }: Statement): void {
  prepared(sql).run(parameters)
}

function preparedStatementCache(database: SqliteDatabase): (sql: string) => SqliteStatement {
  const cache = new Map<string, SqliteStatement>()
  return (sql) => {
    const cached = cache.get(sql)
    if (cached !== undefined) return cached
    if (cache.size >= maxStatements) cache.clear()
    const statement = database.prepare(sql)
    cache.set(sql, statement)
    return statement
  }
}
