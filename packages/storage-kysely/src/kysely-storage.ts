import { BillfoldError } from '@billfold/core'
import { type Batch, validateBatch, isCommitError, type Storage } from '@billfold/core/storage'
import type { Kysely, Transaction } from 'kysely'
import { AppliedBefore, applyBatch, applyBatchAtOnce } from './commit/apply-batch.ts'
import { boundStorage } from './bound-storage.ts'
import { runOn } from './sql/connection.ts'
import { type Dialect, type Naming, namesOf, type Target } from './sql/dialect.ts'
import { fence, isApplied, isRefusal, unfence } from './commit/fence.ts'
import { findRows } from './find-rows.ts'
import { keepTexts } from './sql/kept-texts.ts'
import { inLockOrder, type Turn } from './commit/lock-order.ts'
import { type PostgresPool, postgresGroups } from './commit/postgres-group.ts'
import { noQuickCommit, type QuickCommit, quickOnMariadb, quickOnPostgres } from './commit/quick-commit.ts'
import { type RetryLimits, retrying } from './commit/retry.ts'
import { type SqliteDatabase, sqliteGroups } from './commit/sqlite-group.ts'
import { verifySchema } from './schema/verify.ts'

/** How a Kysely instance is used as a storage. */
export interface KyselyStorageOptions extends Naming {
  readonly dialect: Dialect
  readonly retry?: RetryLimits
  /**
   * PostgreSQL: the same pool of `pg` that Kysely has, made with `pipeline: true`. Commits are then prepared, and those that
   * come together go down one connection together. Leave it out where a proxy hands each transaction to another connection.
   */
  readonly pool?: PostgresPool
  /**
   * SQLite: the same database of `libsql` or `better-sqlite3` that Kysely has. Commits then run on prepared statements and
   * without waiting in between, and those that come together in one transaction.
   */
  readonly database?: SqliteDatabase
}

/** A storage on a database of the host's. */
export interface KyselyStorage<DB> extends Storage {
  /**
   * The same storage inside a transaction of the host's: what both write is committed together, or not at all. A refused
   * batch leaves the transaction usable. Nothing is tried again: on `storage.unavailable` let the transaction fail, and do
   * all of it anew.
   */
  readonly within: (transaction: Transaction<DB>) => Storage
  /**
   * Looks whether the database can be reached and has the tables that this version needs. Call it when the host starts.
   *
   * @throws BillfoldError `storage.schema-mismatch`, whose issues name what is missing; `storage.unavailable`
   */
  readonly verify: () => Promise<void>
}

/**
 * Keeps everything in the host's database, through a Kysely instance that the host made and closes. The tables come from
 * {@link migrate}.
 *
 * @throws BillfoldError `input.invalid` for a transaction in place of an instance, or names that are not plain
 *
 * @example
 * ```ts
 * import { kyselyStorage, migrate } from '@billfold/storage-kysely'
 * import { Kysely, PostgresDialect } from 'kysely'
 * import pg from 'pg'
 *
 * const pool = new pg.Pool({ connectionString: 'postgres://localhost/app', pipeline: true })
 * const db = new Kysely({ dialect: new PostgresDialect({ pool }) })
 * await migrate(db, { dialect: 'postgres' })
 * const storage = kyselyStorage(db, { dialect: 'postgres', pool })
 * ```
 */
export function kyselyStorage<DB>(db: Kysely<DB>, options: KyselyStorageOptions): KyselyStorage<DB> {
  if (db.isTransaction) throw new BillfoldError('input.invalid', { message: 'Use within() for a transaction' })
  const target: Target = { dialect: options.dialect, names: namesOf(options.dialect, options), texts: keepTexts() }
  const retry = options.retry ?? {}
  const run = runOn(db)
  const quick = quickCommitOf(db, target, options)
  return {
    find: (table, query) => retrying(retry, () => findRows(run, target, table, query)),
    async commit(batch) {
      validateBatch(batch)
      await retrying(retry, async ({ tries, isUnsure }) => {
        if (await quick(batch, tries > 0)) return
        await (isUnsure ? commitSurely : commitOnce)(db, target, batch)
      })
    },
    within: (transaction) => boundStorage(transaction, target),
    verify: () => retrying(retry, () => verifySchema(run, options.dialect, options)),
  }
}

function quickCommitOf<DB>(db: Kysely<DB>, target: Target, { pool, database }: KyselyStorageOptions): QuickCommit {
  const run = runOn(db)
  switch (target.dialect) {
    case 'postgres':
      return quickOnPostgres(
        target,
        pool === undefined ? ({ sql, parameters }) => run(sql, parameters) : postgresGroups(pool),
      )
    case 'mysql':
      return quickOnMariadb(target, run)
    case 'sqlite':
      return database === undefined
        ? noQuickCommit
        : sqliteGroups(target, database, (work) => db.connection().execute(async () => work()))
  }
}

/** A batch of which an earlier try was lost: when it is refused now, that try must not be applied later. */
async function commitSurely<DB>(db: Kysely<DB>, target: Target, batch: Batch): Promise<void> {
  try {
    await commitOnce(db, target, batch)
  } catch (error) {
    if (!isRefusal(error) || (await fence(runOn(db), target, batch))) throw error
  }
}

/** In lock order first; what is refused so is done again as it was given, so that the error names the first write that does not hold. */
async function commitOnce<DB>(db: Kysely<DB>, target: Target, batch: Batch): Promise<void> {
  const given = batch.writes.map((write, index) => ({ write, index }))
  const ordered = inLockOrder(batch.writes)
  const isReordered = ordered.some((turn, at) => turn.index !== at)
  if (isReordered && (await isCommitted(db, target, batch, ordered))) return
  await commitInOrder(db, target, batch, given)
}

async function isCommitted<DB>(db: Kysely<DB>, target: Target, batch: Batch, turns: readonly Turn[]): Promise<boolean> {
  try {
    await commitInOrder(db, target, batch, turns)
    return true
  } catch (error) {
    if (isCommitError(error)) return false
    throw error
  }
}

async function commitInOrder<DB>(db: Kysely<DB>, target: Target, batch: Batch, turns: readonly Turn[]): Promise<void> {
  const atOnce = target.dialect === 'postgres'
  const apply = atOnce ? applyBatchAtOnce : applyBatch
  try {
    await transactionOf(db, target.dialect).execute((transaction) => apply(runOn(transaction), target, batch, turns))
  } catch (error) {
    if (error instanceof AppliedBefore) {
      if (!(await unfence(runOn(db), target, batch))) return
      return commitInOrder(db, target, batch, turns)
    }
    const unclear = atOnce && isCommitError(error) && error.reason === 'duplicate' && error.index === turns[0]?.index
    if (unclear && (await isApplied(runOn(db), target, batch))) return
    throw error
  }
}

/** Read committed: a guard sees what was committed before it, and a write that waited sees what it waited for. */
function transactionOf<DB>(db: Kysely<DB>, dialect: Dialect) {
  return dialect === 'sqlite' ? db.transaction() : db.transaction().setIsolationLevel('read committed')
}
