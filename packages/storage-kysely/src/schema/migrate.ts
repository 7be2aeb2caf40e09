import { BillfoldError } from '@billfold/core'
import type { Kysely } from 'kysely'
import { catalogColumns, catalogIndexes, flavourOf } from './catalog.ts'
import { type Run, runOn } from '../sql/connection.ts'
import { type Dialect, type Naming, namesOf } from '../sql/dialect.ts'
import { appliedVersions, createLogSql, logSql } from './migration-log.ts'
import { migrations as released } from './migrations/index.ts'
import type { Migration, Step } from './migrations/migration.ts'
import { oneAtATime, turnSeconds } from './one-at-a-time.ts'
import { retrying } from '../commit/retry.ts'
import { catalogColumn, type SchemaTarget, stepSql } from './schema-sql.ts'

/** Which database to bring to which version, and how its tables are named. */
export interface MigrateOptions extends Naming {
  readonly dialect: Dialect
  /** The last version to apply: the newest, unless it is named. */
  readonly to?: number
}

/** A version that was not applied yet, and the statements that would apply it. */
export interface PendingMigration {
  readonly version: number
  readonly statements: readonly string[]
}

/**
 * Brings the tables to the version that this package needs, and gives the versions that were applied now. Several processes
 * may call it at once: one does the work, the others wait for it, for up to 60 seconds. Hosts of the version before go on
 * working meanwhile and afterwards. PostgreSQL and SQLite do all of it in one transaction; MySQL and MariaDB cannot, and take
 * up an interrupted migration where it ended.
 *
 * @throws BillfoldError `input.invalid` for a version that there is not, `storage.unavailable`, `storage.schema-mismatch`, `unexpected`
 *
 * @example
 * ```ts
 * import { migrate } from '@billfold/storage-kysely'
 * import { Kysely, SqliteDialect } from 'kysely'
 * import Database from 'libsql'
 *
 * const db = new Kysely({ dialect: new SqliteDialect({ database: new Database('billfold.db') }) })
 * await migrate(db, { dialect: 'sqlite' })
 * ```
 */
export function migrate<DB>(db: Kysely<DB>, options: MigrateOptions): Promise<number[]> {
  return applyMigrations(db, options, released)
}

/**
 * What {@link migrate} would do now, without doing it: the versions that are missing, oldest first, with the SQL of each. Of a
 * migration that was interrupted on MySQL or MariaDB, what is left.
 *
 * @throws BillfoldError `input.invalid` for a version that there is not, `storage.unavailable`, `unexpected`
 */
export function pendingMigrations<DB>(db: Kysely<DB>, options: MigrateOptions): Promise<PendingMigration[]> {
  return findPending(db, options, released)
}

/** The same with migrations of one's own. */
export async function findPending<DB>(
  db: Kysely<DB>,
  options: MigrateOptions,
  migrations: readonly Migration[],
): Promise<PendingMigration[]> {
  const wanted = upTo(migrations, options.to)
  return retrying({}, async () => {
    const run = runOn(db)
    const target = await targetOf(run, options)
    const missing = await missingOf(run, target, wanted)
    const pending: PendingMigration[] = []
    for (const { version, steps } of missing)
      pending.push({ version, statements: statementsOf(target, await stepsLeft(run, options.dialect, target, steps)) })
    return pending
  })
}

/** The same as {@link migrate} with migrations of one's own. */
export async function applyMigrations<DB>(
  db: Kysely<DB>,
  options: MigrateOptions,
  migrations: readonly Migration[],
): Promise<number[]> {
  const wanted = upTo(migrations, options.to)
  const work = async (run: Run): Promise<number[]> =>
    applyMissing(run, options.dialect, await targetOf(run, options), wanted)
  const lock = lockName(options)
  return retrying({ conflictMs: turnSeconds * 1000 }, () =>
    oneAtATime[options.dialect](db.withoutPlugins(), lock, work),
  )
}

function upTo(migrations: readonly Migration[], to: number | undefined): readonly Migration[] {
  if (to === undefined) return migrations
  if (migrations.some(({ version }) => version === to)) return migrations.filter(({ version }) => version <= to)
  const versions = migrations.map(({ version }) => version).join(', ')
  throw new BillfoldError('input.invalid', { issues: [{ path: 'to', message: `must be one of ${versions}` }] })
}

function lockName({ dialect, to: _to, ...naming }: MigrateOptions): string {
  const { schema, bareTable } = namesOf(dialect, naming)
  return `${schema ?? ''}.${bareTable('migrate')}`
}

async function targetOf(run: Run, { dialect, schema, tablePrefix }: MigrateOptions): Promise<SchemaTarget> {
  const flavour = await flavourOf(run, dialect)
  const naming = { ...(schema !== undefined && { schema }), ...(tablePrefix !== undefined && { tablePrefix }) }
  return { flavour, names: namesOf(flavour, naming) }
}

async function applyMissing(
  run: Run,
  dialect: Dialect,
  target: SchemaTarget,
  wanted: readonly Migration[],
): Promise<number[]> {
  await run(createLogSql(target))
  const missing = await missingOf(run, target, wanted)
  for (const { version, steps } of missing) {
    for (const sql of statementsOf(target, await stepsLeft(run, dialect, target, steps))) await run(sql)
    await run(logSql(target, version))
  }
  return missing.map((migration) => migration.version)
}

async function missingOf(run: Run, target: SchemaTarget, wanted: readonly Migration[]): Promise<Migration[]> {
  const applied = new Set(await appliedVersions(run, target))
  return wanted.filter((migration) => !applied.has(migration.version))
}

function statementsOf(target: SchemaTarget, steps: readonly Step[]): string[] {
  return steps.flatMap((step) => stepSql(target, step))
}

/** What is left to do of a version. Where a migration is one transaction, that is all of it. */
async function stepsLeft(run: Run, dialect: Dialect, target: SchemaTarget, steps: readonly Step[]): Promise<Step[]> {
  if (dialect !== 'mysql') return [...steps]
  const left: Step[] = []
  for (const step of steps) if (!(await isDone(run, target, step, left))) left.push(step)
  return left
}

/** Whether a migration that was interrupted did this step. An index that is still to be dropped has not been made anew. */
async function isDone(run: Run, { names }: SchemaTarget, step: Step, left: readonly Step[]): Promise<boolean> {
  const hasIndex = async ({ table, name }: { readonly table: string; readonly name: string }): Promise<boolean> =>
    (await catalogIndexes(run, 'mysql', names, table)).includes(names.index(table, name))
  switch (step.kind) {
    case 'createTable':
      return (await catalogColumns(run, 'mysql', names, step.table.name)).length > 0
    case 'addColumn':
      return (await catalogColumns(run, 'mysql', names, step.table)).some(
        (column) => column.name === catalogColumn(step.name),
      )
    case 'dropIndex':
      return !(await hasIndex(step))
    case 'createIndex':
      return !left.some((other) => isDropOf(other, step)) && hasIndex(step)
  }
}

function isDropOf(other: Step, { table, name }: { readonly table: string; readonly name: string }): boolean {
  return other.kind === 'dropIndex' && other.table === table && other.name === name
}
