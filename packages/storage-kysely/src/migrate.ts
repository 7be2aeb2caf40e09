import { BillfoldError } from '@billfold/core'
import type { Kysely } from 'kysely'
import { catalogColumns, catalogIndexes, flavourOf } from './catalog.ts'
import { cellsOf, type Run, runOn } from './connection.ts'
import { type Dialect, type Naming, namesOf } from './dialect.ts'
import { appliedVersions, createLogSql, logSql } from './migration-log.ts'
import { migrations as released } from './migrations/index.ts'
import type { Migration, Step } from './migrations/migration.ts'
import { retrying } from './retry.ts'
import { catalogColumn, type SchemaTarget, stepSql } from './schema-sql.ts'

/** Which database to bring to the newest version, and how its tables are named. */
export interface MigrateOptions extends Naming {
  readonly dialect: Dialect
}

/** Seconds that a process waits for another one that migrates. */
const lockSeconds = 60

/**
 * Brings the tables to the version that this package needs, and gives the versions that were applied now. Several processes
 * may call it at once: one does the work, the others wait for it, for up to 60 seconds. PostgreSQL and SQLite do all of it
 * in one transaction; MySQL cannot, and takes up an interrupted migration where it ended.
 *
 * @throws BillfoldError `storage.unavailable`, `storage.schema`, `unexpected`
 */
export function migrate<DB>(db: Kysely<DB>, options: MigrateOptions): Promise<number[]> {
  return applyMigrations(db, options, released)
}

/** The same with migrations of one's own. */
export async function applyMigrations<DB>(
  db: Kysely<DB>,
  options: MigrateOptions,
  migrations: readonly Migration[],
): Promise<number[]> {
  const work = async (run: Run): Promise<number[]> => {
    const flavour = await flavourOf(run, options.dialect)
    return applyMissing(run, options.dialect, { flavour, names: namesOf(flavour, options) }, migrations)
  }
  const lock = lockName(options)
  return retrying({ conflictMs: lockSeconds * 1000 }, () => alone[options.dialect](db.withoutPlugins(), lock, work))
}

type Work = (run: Run) => Promise<number[]>
type Alone = <DB>(db: Kysely<DB>, lock: string, work: Work) => Promise<number[]>

/** How each database lets one process at a time migrate. */
const alone: Readonly<Record<Dialect, Alone>> = {
  sqlite: aloneInSqlite,
  postgres: aloneInPostgres,
  mysql: aloneInMysql,
}

function lockName({ dialect, ...naming }: MigrateOptions): string {
  const { schema, bareTable } = namesOf(dialect, naming)
  return `${schema ?? ''}.${bareTable('migrate')}`
}

function aloneInSqlite<DB>(db: Kysely<DB>, _lock: string, work: Work): Promise<number[]> {
  return db.connection().execute(async (connection) => {
    const run = runOn(connection)
    await run('begin immediate')
    try {
      const done = await work(run)
      await run('commit')
      return done
    } catch (error) {
      await run('rollback')
      throw error
    }
  })
}

function aloneInPostgres<DB>(db: Kysely<DB>, lock: string, work: Work): Promise<number[]> {
  return db.transaction().execute(async (transaction) => {
    const run = runOn(transaction)
    await run(`set local lock_timeout = '${lockSeconds}s'`)
    await run('select pg_advisory_xact_lock(hashtext($1))', [lock])
    return work(run)
  })
}

function aloneInMysql<DB>(db: Kysely<DB>, lock: string, work: Work): Promise<number[]> {
  return db.connection().execute(async (connection) => {
    const run = runOn(connection)
    const { rows } = await run(`select get_lock(?, ${lockSeconds}) as got`, [lock])
    if (Number(cellsOf(rows[0])['got']) !== 1)
      throw new BillfoldError('storage.unavailable', { message: 'Another process is migrating' })
    try {
      return await work(run)
    } finally {
      await run('select release_lock(?)', [lock])
    }
  })
}

async function applyMissing(
  run: Run,
  dialect: Dialect,
  target: SchemaTarget,
  migrations: readonly Migration[],
): Promise<number[]> {
  await run(createLogSql(target))
  const applied = new Set(await appliedVersions(run, target))
  const missing = migrations.filter((migration) => !applied.has(migration.version))
  for (const { version, steps } of missing) {
    for (const step of steps) {
      const done = dialect === 'mysql' && (await isDone(run, target, step))
      if (!done) for (const sql of stepSql(target, step)) await run(sql)
    }
    await run(logSql(target, version))
  }
  return missing.map((migration) => migration.version)
}

/** Whether a migration that was interrupted did this step. */
async function isDone(run: Run, { names }: SchemaTarget, step: Step): Promise<boolean> {
  switch (step.kind) {
    case 'createTable':
      return (await catalogColumns(run, 'mysql', names, step.table.name)).length > 0
    case 'addColumn':
      return (await catalogColumns(run, 'mysql', names, step.table)).some(
        (column) => column.name === catalogColumn(step.name),
      )
    case 'createIndex':
      return (await catalogIndexes(run, 'mysql', names, step.table)).includes(names.index(step.table, step.name))
  }
}
