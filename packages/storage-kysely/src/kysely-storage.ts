import { BillfoldError } from '@billfold/core'
import { type RowOf, type Storage, validateBatch } from '@billfold/core/storage'
import type { Kysely, Transaction } from 'kysely'
import { answeringRun, type Attempt, attemptRunner } from './commit/attempt.ts'
import { commitBatch } from './commit/commit-batch.ts'
import { type FastPath, mariadbFastPath, noFastPath, postgresFastPath, type Send } from './commit/fast-path.ts'
import { defaultStatementTimeoutMs, type RetryOptions, retryTransientErrors } from './commit/retry.ts'
import { createSqliteGroupCommit, type SqliteDatabase } from './commit/sqlite-group-commit.ts'
import { findRows } from './find-rows.ts'
import { pipelineReads, type RunForRead } from './pipeline/pipelined-reads.ts'
import { createPostgresPipelines, type PostgresPipelines, type PostgresPool } from './pipeline/postgres-pipeline.ts'
import { createReplicaReads, verifyReplica } from './replica-reads.ts'
import type { MigrationModule } from './schema/migration-modules.ts'
import { verifySchema } from './schema/verify.ts'
import { type QueryableDatabase, statementRunner } from './sql/connection.ts'
import { type Cluster, createNames, type Dialect, type Naming, type Target } from './sql/dialect.ts'
import { causalRun, validateCluster } from './sql/cluster.ts'
import { certifyChecks } from './sql/galera.ts'
import { createStatementCache } from './sql/statement-cache.ts'
import { createTransactionStorage } from './transaction-storage.ts'

/** Options of {@link kyselyStorage}. */
export interface KyselyStorageOptions extends Naming {
  readonly dialect: Dialect
  /**
   * `'galera'` on a MariaDB Galera Cluster, also behind a proxy that sends writes to one node: checks become writes that other
   * nodes see, and reads wait for what other nodes have committed. `'pgpool'` behind Pgpool-II: reads go to the primary.
   * {@link migrate} needs the same option.
   */
  readonly cluster?: Cluster
  /**
   * Another Kysely instance, on a replica that can lag behind. It answers lists, searches and exports, never a read that decides
   * something. If it fails, the primary answers. The host closes it.
   */
  readonly replica?: QueryableDatabase
  /** How long transient database errors are retried. */
  readonly retry?: RetryOptions
  /**
   * How long a read or an attempt at a commit may take, including the wait for a connection, in ms. Then it fails with
   * `storage.unavailable`. Default: 15,000.
   */
  readonly statementTimeoutMs?: number
  /**
   * PostgreSQL: the same `pg.Pool` that Kysely has, created with `pipeline: true`. Commits and short reads then use prepared
   * statements, and those issued at the same time are pipelined on one connection. Omit it behind a proxy that assigns a
   * connection per transaction.
   */
  readonly pool?: PostgresPool
  /**
   * SQLite: the same database of `libsql` or `better-sqlite3` that Kysely has. Commits then use prepared statements
   * synchronously, and concurrent commits share one transaction (group commit).
   */
  readonly database?: SqliteDatabase
}

/** A storage in a database of the host. */
export interface KyselyStorage<DB> extends Storage {
  /**
   * Returns the same storage inside a transaction of the host: the rows of both are committed together or not at all. A
   * rejected batch leaves the transaction usable. Nothing is retried: on `storage.unavailable`, let the transaction fail and
   * run all of it again.
   *
   * @param transaction an open transaction of the Kysely instance
   *
   * @example
   * ```ts
   * import type { Batch } from '@billfold/core/storage'
   * import type { KyselyStorage } from '@billfold/storage-kysely'
   * import { Kysely } from 'kysely'
   *
   * interface Tables {
   *   orders: { id: string }
   * }
   *
   * async function saveOrder(db: Kysely<Tables>, storage: KyselyStorage<Tables>, id: string, batch: Batch) {
   *   await db.transaction().execute(async (transaction) => {
   *     await transaction.insertInto('orders').values({ id }).execute()
   *     await storage.withTransaction(transaction).commit(batch)
   *   })
   * }
   * ```
   */
  readonly withTransaction: (transaction: Transaction<DB>) => Storage
  /**
   * Checks that the database is reachable, that a connection as the pool gives it has no setting under which the storage would
   * be wrong, and that the tables which this release requires exist. Call it when the host starts.
   *
   * @param options.modules the modules whose tables are checked as well: those given to {@link migrate}
   * @throws BillfoldError `storage.schema-mismatch` with one issue for each missing or different migration, table, column and
   *   key; `storage.session-mismatch` with one issue for each unsuitable setting and its cure; `storage.unavailable`
   */
  readonly verify: (options?: { readonly modules?: readonly MigrationModule[] }) => Promise<void>
}

/**
 * Creates a storage on a Kysely instance that the host has created and will close. {@link migrate} creates its tables.
 *
 * @param db the Kysely instance; its plugins do not apply to the statements of the storage
 * @throws BillfoldError `input.invalid` if `db` is a transaction, if `schema` or `tablePrefix` is not a plain identifier, or if
 *   `cluster` does not belong to the dialect, or excludes `pool`
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
  if (db.isTransaction)
    throw new BillfoldError('input.invalid', {
      message: 'db is a transaction: create the storage on the Kysely instance and call withTransaction()',
    })
  const { dialect, cluster, pool, retry = {}, statementTimeoutMs: timeoutMs = defaultStatementTimeoutMs } = options
  validateCluster(options)
  const target: Target = { dialect, cluster, names: createNames(dialect, options), statements: createStatementCache() }
  const run = statementRunner(db, dialect)
  const pipelines = dialect === 'postgres' && pool !== undefined ? createPostgresPipelines(pool) : undefined
  const runForRead: RunForRead = pipelines === undefined ? () => run : pipelineReads(run, pipelines.find)
  const tryFastPath = createFastPath(db, target, options, pipelines)
  const tryReplica = createReplicaReads(target, options.replica, timeoutMs)
  return {
    async find(table, query) {
      const stale = query?.mayBeStale === true ? await tryReplica(table, query) : undefined
      const find = (attempt: Attempt): Promise<RowOf<typeof table>[]> =>
        findRows(runForRead(query, attempt), target, table, query)
      return stale ?? retryTransientErrors(retry, find, timeoutMs)
    },
    async commit(given) {
      validateBatch(given)
      const batch = certifyChecks(cluster, given)
      const commit = async (attempt: Attempt): Promise<void> => {
        if (!(await tryFastPath(batch, attempt))) await commitBatch(db, target, batch, attempt)
      }
      await retryTransientErrors(retry, commit, timeoutMs)
    },
    withTransaction: (transaction) => createTransactionStorage(transaction, target, timeoutMs),
    verify: ({ modules = [] } = {}) =>
      retryTransientErrors(retry, async () => {
        await verifySchema(causalRun(cluster, answeringRun(timeoutMs, run)), options, modules)
        await verifyReplica(options, timeoutMs)
      }),
  }
}

function createFastPath<DB>(
  db: Kysely<DB>,
  target: Target,
  { database }: KyselyStorageOptions,
  pipelines: PostgresPipelines | undefined,
): FastPath {
  const send: Send = ({ sql, parameters }, attempt) => attemptRunner(db, target.dialect, attempt)(sql, parameters)
  switch (target.dialect) {
    case 'postgres':
      return postgresFastPath(target, pipelines?.commit ?? send)
    case 'mysql':
      return mariadbFastPath(target, statementRunner(db, target.dialect), send)
    case 'sqlite':
      return database === undefined
        ? noFastPath
        : createSqliteGroupCommit(target, database, (work) => db.connection().execute(async () => work()))
  }
}
