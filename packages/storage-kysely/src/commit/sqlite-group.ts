import { type Batch, CommitError } from '@billfold/core/storage'
import { holds } from './apply-batch.ts'
import type { Target } from '../sql/dialect.ts'
import { type Failure, failureOf } from '../sql/failures.ts'
import { grouped, type Waiting } from './group.ts'
import { batchStatement, type Statement, writeStatement } from '../sql/statements.ts'

/** What the storage needs of a statement of `libsql` or `better-sqlite3`. */
export interface SqliteStatement {
  readonly run: (parameters: readonly unknown[]) => { readonly changes: number | bigint }
  readonly all: (parameters: readonly unknown[]) => readonly unknown[]
}

/** What the storage needs of a `Database` of `libsql` or `better-sqlite3`: the one that Kysely has. */
export interface SqliteDatabase {
  readonly prepare: (sql: string) => SqliteStatement
  readonly exec: (sql: string) => unknown
}

/** Runs what must have Kysely's one connection for itself. */
export type Alone = (work: () => void) => Promise<void>

const limits = { lanes: 1, most: 64 } as const

/** Most statements that are kept prepared. */
const mostStatements = 500

/** A batch of more writes goes alone: nothing else happens in the process while a group is written. */
const mostWrites = 64

/** Failures of the whole transaction; any other is one of the batch alone. */
const everybodys: ReadonlySet<Failure> = new Set(['conflict', 'lost'])

/**
 * Commits batches without waiting in between, on statements that stay prepared; those that come together in one transaction,
 * each under a savepoint of its own. False is the answer to a batch that was refused, and to one of many writes.
 */
export function sqliteGroups(
  target: Target,
  database: SqliteDatabase,
  alone: Alone,
): (batch: Batch) => Promise<boolean> {
  const prepared = keepPrepared(database)
  const apply = (batch: Batch): void => {
    run(prepared, batchStatement(target, batch))
    for (const [index, write] of batch.writes.entries()) {
      const { sql, parameters } = writeStatement(target, write)
      const statement = prepared(sql)
      const outcome =
        write.kind === 'check'
          ? { rows: statement.all(parameters), affectedRows: 0 }
          : { rows: [], affectedRows: Number(statement.run(parameters).changes) }
      if (!holds(write, outcome)) throw new CommitError('condition-failed', index)
    }
  }
  const commit = grouped<Batch>(limits, async (group) => {
    try {
      const taken: (readonly [Waiting<Batch>, boolean])[] = []
      await alone(() => transact(database, () => void taken.push(...takeEach(database, group, apply))))
      for (const [waiting, isTaken] of taken) waiting.resolve(isTaken)
    } catch (error) {
      for (const waiting of group) waiting.reject(error)
    }
  })
  return async (batch) => batch.writes.length <= mostWrites && commit(batch)
}

function takeEach(
  database: SqliteDatabase,
  group: readonly Waiting<Batch>[],
  apply: (batch: Batch) => void,
): (readonly [Waiting<Batch>, boolean])[] {
  return group.map((waiting) => {
    database.exec('savepoint billfold')
    const isTaken = isApplied(() => apply(waiting.item))
    database.exec(isTaken ? 'release billfold' : 'rollback to billfold; release billfold')
    return [waiting, isTaken] as const
  })
}

function isApplied(apply: () => void): boolean {
  try {
    apply()
    return true
  } catch (error) {
    if (everybodys.has(failureOf(error))) throw error
    return false
  }
}

/** The write lock is taken at the beginning: nothing after that can meet another writer's. */
function transact(database: SqliteDatabase, work: () => void): void {
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
    // SQLite rolls back by itself on some failures, and then there is nothing left to roll back.
  }
}

function run(prepared: (sql: string) => SqliteStatement, { sql, parameters }: Statement): void {
  prepared(sql).run(parameters)
}

function keepPrepared(database: SqliteDatabase): (sql: string) => SqliteStatement {
  const kept = new Map<string, SqliteStatement>()
  return (sql) => {
    const found = kept.get(sql)
    if (found !== undefined) return found
    if (kept.size >= mostStatements) kept.clear()
    const made = database.prepare(sql)
    kept.set(sql, made)
    return made
  }
}
