import { BillfoldError } from '@billfold/core'
import { createNames, type Flavour, type Naming } from '../sql/dialect.ts'
import { certificationId } from './certify-tables.ts'
import { createLogSql, recordMigrationSql } from './migration-log.ts'
import { coreModule, type MigrationModule, validateModules } from './migration-modules.ts'
import { coreMigrations } from './migrations/core-migrations.ts'
import { type Migration, tablesAfter } from './migrations/migration.ts'
import { planMigrations, toMigrationId } from './plan-migrations.ts'
import { certifyTableSql, type SchemaTarget, stepSql } from './schema-sql.ts'

/** Options of {@link printMigrations}. */
export interface PrintMigrationsOptions extends Naming {
  /** Name of the newest migration of core that the database has, such as `0001-initial-schema`. Default: an empty database. */
  readonly from?: string
  /** Modules whose tables the database does not have. Default: none. {@link pendingMigrations} prints changes of others. */
  readonly modules?: readonly MigrationModule[]
  /** `'galera'` on a MariaDB Galera Cluster: also prepares the tables that the database has at `from`. Default: none. */
  readonly cluster?: 'galera'
}

/**
 * Generates the SQL that migrates an empty database, or one at `from`, to this release, for teams who apply migrations with
 * their own tools. It also records the migrations, as {@link migrate} does.
 *
 * @param flavour the dialect of the SQL; MySQL and MariaDB differ
 * @throws BillfoldError `input.invalid` for an unknown `from`, names that are not plain identifiers, or modules that clash
 *
 * @example
 * ```ts
 * import { printMigrations } from '@billfold/storage-kysely'
 *
 * console.log(printMigrations('postgres', { schema: 'identity' }))
 * ```
 */
export function printMigrations(
  flavour: Flavour,
  { from, modules = [], cluster, ...naming }: PrintMigrationsOptions = {},
): string {
  if (cluster !== undefined && flavour !== 'mariadb')
    throw new BillfoldError('input.invalid', { issues: [{ path: 'cluster', message: 'needs the dialect mariadb' }] })
  const target: SchemaTarget = { flavour, names: createNames(flavour, naming) }
  const core = coreMigrations()
  validateModules(tablesAfter(core), modules)
  const { migrations } = planMigrations([], migrationsAfter(core, from), modules)
  const lines = migrations.flatMap(({ module, name, steps }) => [
    `-- ${toMigrationId({ module, name })}`,
    ...steps.flatMap((step) => stepSql(target, step)).map((sql) => `${sql};`),
    `${recordMigrationSql(target, module === coreModule ? { module, name } : { module, name, steps }, true)};`,
  ])
  const certified = [...tablesAfter(core), ...modules.flatMap(({ tables }) => tables)].map(
    ({ name }) => `${certifyTableSql(target, name)};`,
  )
  const certification = cluster === undefined ? [] : [`-- ${certificationId}`, ...certified]
  const statements = [`${createLogSql(target)};`, ...lines, ...certification]
  const hasTransactionalDdl = flavour === 'sqlite' || flavour === 'postgres'
  return `${(hasTransactionalDdl ? ['begin;', ...statements, 'commit;'] : statements).join('\n')}\n`
}

function migrationsAfter(core: readonly Migration[], from: string | undefined): readonly Migration[] {
  if (from === undefined) return core
  if (core.some(({ name }) => name === from)) return core.filter(({ name }) => name > from)
  const names = core.map(({ name }) => name).join(', ')
  throw new BillfoldError('input.invalid', {
    issues: [{ path: 'from', message: `must be one of ${names}: "${from}"` }],
  })
}
