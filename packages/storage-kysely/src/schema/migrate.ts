import { BillfoldError } from '@billfold/core'
import type { Table } from '@billfold/core/storage'
import type { Kysely } from 'kysely'
import { retryTransientErrors } from '../commit/retry.ts'
import { type Run, statementRunner } from '../sql/connection.ts'
import { type Cluster, createNames, type Dialect, type Naming } from '../sql/dialect.ts'
import { causalRun, validateCluster } from '../sql/cluster.ts'
import { detectFlavour } from './catalog.ts'
import { certificationId, listCertificationSql } from './certify-tables.ts'
import { migrateBesideOthers } from './concurrent-migrations.ts'
import { maxLockWaitSeconds, withMigrationLock } from './migration-lock.ts'
import { createLogSql, listLogEntries, markAppliedSql, recordMigrationSql } from './migration-log.ts'
import { coreModule, type MigrationModule, validateModules } from './migration-modules.ts'
import { coreMigrations } from './migrations/core-migrations.ts'
import { type Migration, tablesAfter } from './migrations/migration.ts'
import { planMigrations, type PlannedMigration, toMigrationId } from './plan-migrations.ts'
import { findRemainingSteps } from './remaining-steps.ts'
import { verifySession } from '../session/verify-session.ts'
import { certifyTableSql, type SchemaTarget, stepSql } from './schema-sql.ts'

/** Options of {@link migrate} and {@link pendingMigrations}. */
export interface MigrateOptions extends Naming {
  readonly dialect: Dialect
  /** As in {@link kyselyStorage}. On Galera several nodes may migrate at once. */
  readonly cluster?: Cluster
  /** Modules whose tables are created and changed in the same run. Default: none. */
  readonly modules?: readonly MigrationModule[]
  /** Name of the last migration of core to apply, such as `0001-initial-schema`. Default: the newest. */
  readonly to?: string
}

/** A migration that is not applied, and the statements that would apply it. */
export interface PendingMigration {
  /** Module and name: `core/0001-initial-schema`. */
  readonly id: string
  /** SQL, in order. */
  readonly statements: readonly string[]
}

/**
 * Migrates the tables of Billfold, and of the given modules, to the state that this release requires. Several processes may
 * call it at once: one migrates, the others wait for it, for up to 60 seconds. Hosts of the previous release keep working
 * during and after it. PostgreSQL and SQLite do everything in one transaction. MySQL and MariaDB have no transactional DDL:
 * an interrupted migration is resumed by the next call.
 *
 * @returns the applied migrations as `module/name`, and `cluster/galera` if tables were prepared for a cluster; empty if there
 *   was nothing to do
 * @throws BillfoldError `input.invalid` for an unknown `to` or `cluster`, and for modules whose names or tables clash;
 *   `storage.schema-mismatch` if the database does not exist, or if the tables of a module changed in a way that cannot be
 *   computed; `storage.session-mismatch` if the connection has settings under which the storage would be wrong;
 *   `storage.unavailable`; `unexpected`
 *
 * @example
 * ```ts
 * import { migrate } from '@billfold/storage-kysely'
 * import { Kysely, SqliteDialect } from 'kysely'
 * import Database from 'libsql'
 *
 * const db = new Kysely({ dialect: new SqliteDialect({ database: new Database('billfold.db') }) })
 * await migrate(db, { dialect: 'sqlite' }) // ['core/0001-initial-schema']
 * ```
 */
export function migrate<DB>(db: Kysely<DB>, options: MigrateOptions): Promise<string[]> {
  return applyMigrations(db, options, coreMigrations())
}

/**
 * Returns what {@link migrate} would do, without doing it: the missing migrations, oldest first, with their SQL. For a
 * migration that was interrupted on MySQL or MariaDB, the remaining statements.
 *
 * @throws BillfoldError the same codes as {@link migrate}
 *
 * @example
 * ```ts
 * import { pendingMigrations } from '@billfold/storage-kysely'
 * import { Kysely } from 'kysely'
 *
 * async function previewMigrations(db: Kysely<unknown>) {
 *   for (const { id, statements } of await pendingMigrations(db, { dialect: 'postgres' })) console.log(id, statements)
 * }
 * ```
 */
export function pendingMigrations<DB>(db: Kysely<DB>, options: MigrateOptions): Promise<PendingMigration[]> {
  return findPendingMigrations(db, options, coreMigrations())
}

/** {@link pendingMigrations} with other migrations of core. */
export async function findPendingMigrations<DB>(
  db: Kysely<DB>,
  options: MigrateOptions,
  core: readonly Migration[],
): Promise<PendingMigration[]> {
  const wanted = selectMigrations(core, options)
  return retryTransientErrors({}, async () => {
    const run = causalRun(options.cluster, statementRunner(db, options.dialect))
    const target = await createTarget(run, options)
    const pending: PendingMigration[] = []
    for (const planned of await plan(run, target, wanted, options.modules))
      pending.push({
        id: toMigrationId(planned),
        statements: await remainingStatements(run, options.dialect, target, planned),
      })
    const statements = await pendingCertification(run, target, wanted, options, pending)
    return statements.length === 0 ? pending : [...pending, { id: certificationId, statements }]
  })
}

/** {@link migrate} with other migrations of core. */
export async function applyMigrations<DB>(
  db: Kysely<DB>,
  options: MigrateOptions,
  core: readonly Migration[],
): Promise<string[]> {
  const wanted = selectMigrations(core, options)
  const applied = new Set<string>()
  const migrateAll = async (run: Run): Promise<void> => {
    const target = await createTarget(run, options)
    await run(createLogSql(target))
    for (const each of await plan(run, target, wanted, options.modules)) {
      await applyMigration(run, options.dialect, target, each)
      applied.add(toMigrationId(each))
    }
    for (const sql of await listCertificationSql(run, target, tablesOf(wanted, options))) {
      await run(sql)
      applied.add(certificationId)
    }
  }
  const work = async (run: Run): Promise<string[]> => {
    applied.clear()
    const causal = causalRun(options.cluster, run)
    await (options.cluster === 'galera' ? migrateBesideOthers(() => migrateAll(causal)) : migrateAll(causal))
    return [...applied]
  }
  const { schema, bareTable } = createNames(options.dialect, options)
  const lock = `${schema ?? ''}.${bareTable('migrate')}`
  return retryTransientErrors({ conflictMs: maxLockWaitSeconds * 1000 }, async () => {
    await verifySession(statementRunner(db, options.dialect), options)
    return withMigrationLock(options.dialect, db.withoutPlugins(), lock, work)
  })
}

function tablesOf(core: readonly Migration[], { modules = [] }: MigrateOptions): readonly Table[] {
  return [...tablesAfter(core), ...modules.flatMap(({ tables }) => tables)]
}

/** Tables that are still to be created are prepared as well. */
async function pendingCertification(
  run: Run,
  target: SchemaTarget,
  core: readonly Migration[],
  options: MigrateOptions,
  pending: readonly PendingMigration[],
): Promise<readonly string[]> {
  if (target.cluster !== 'galera') return []
  const tables = tablesOf(core, options)
  if (pending.length > 0) return tables.map(({ name }) => certifyTableSql(target, name))
  return listCertificationSql(run, target, tables)
}

function selectMigrations(core: readonly Migration[], options: MigrateOptions): readonly Migration[] {
  const { to, modules = [] } = options
  validateCluster(options)
  validateModules(tablesAfter(core), modules)
  if (to === undefined) return core
  if (core.some(({ name }) => name === to)) return core.filter(({ name }) => name <= to)
  const names = core.map(({ name }) => name).join(', ')
  throw new BillfoldError('input.invalid', { issues: [{ path: 'to', message: `must be one of ${names}: "${to}"` }] })
}

async function createTarget(run: Run, options: MigrateOptions): Promise<SchemaTarget> {
  const flavour = await detectFlavour(run, options.dialect)
  return { flavour, names: createNames(flavour, options), cluster: options.cluster }
}

async function plan(
  run: Run,
  target: SchemaTarget,
  core: readonly Migration[],
  modules: readonly MigrationModule[] = [],
): Promise<readonly PlannedMigration[]> {
  const { migrations, issues } = planMigrations(await listLogEntries(run, target), core, modules)
  if (issues.length > 0) throw new BillfoldError('storage.schema-mismatch', { issues })
  return migrations
}

async function applyMigration(
  run: Run,
  dialect: Dialect,
  target: SchemaTarget,
  planned: PlannedMigration,
): Promise<void> {
  const { module, name, steps, recording } = planned
  if (recording === 'computed') await run(recordMigrationSql(target, planned, false))
  for (const sql of await remainingStatements(run, dialect, target, planned)) await run(sql)
  const entry = module === coreModule ? { module, name } : { module, name, steps }
  await run(recording === 'at-end' ? recordMigrationSql(target, entry, true) : markAppliedSql(target, entry))
}

async function remainingStatements(
  run: Run,
  dialect: Dialect,
  target: SchemaTarget,
  { steps }: PlannedMigration,
): Promise<string[]> {
  return (await findRemainingSteps(run, dialect, target, steps)).flatMap((step) => stepSql(target, step))
}
