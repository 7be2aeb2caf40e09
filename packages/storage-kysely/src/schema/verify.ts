import { BillfoldError, type Issue } from '@billfold/core'
import type { Column, Table } from '@billfold/core/storage'
import type { Run } from '../sql/connection.ts'
import { type Cluster, createNames, type Dialect, type Naming, toSnakeCase } from '../sql/dialect.ts'
import { certifiedColumn } from '../sql/galera.ts'
import { type CatalogColumn, listColumns, listIndexNames } from './catalog.ts'
import { listLogEntries, type LogEntry, migrationLog } from './migration-log.ts'
import { coreModule, type MigrationModule, validateModules } from './migration-modules.ts'
import { coreMigrations } from './migrations/core-migrations.ts'
import { tablesAfter } from './migrations/migration.ts'
import { planMigrations, toMigrationId } from './plan-migrations.ts'
import { verifySession } from '../session/verify-session.ts'
import { describeDatabase } from './describe-database.ts'
import { catalogCollation, catalogType, type SchemaTarget } from './schema-sql.ts'

/**
 * Checks the session, and that the database has what the migrations of core and of the modules create: migrations, tables,
 * columns with their types, unique keys.
 *
 * @throws BillfoldError `storage.session-mismatch`, whose issues name settings under which the storage would be wrong;
 *   `storage.schema-mismatch`, whose issues name what is missing or different; `input.invalid` for modules that clash
 */
export async function verifySchema(
  run: Run,
  options: Naming & { readonly dialect: Dialect; readonly cluster?: Cluster },
  modules: readonly MigrationModule[],
): Promise<void> {
  const { dialect, cluster } = options
  const flavour = await verifySession(run, options)
  const target: SchemaTarget = { flavour, names: createNames(flavour, options), cluster }
  const coreTables = tablesAfter(coreMigrations())
  validateModules(coreTables, modules)
  const log = await listLogEntries(run, target)
  if (log.length === 0) await throwIfEmpty(run, dialect, target, coreTables)
  const issues = findMigrationIssues(log, target, modules)
  if (issues.length === 0 && dialect === 'mysql') await verifyRowCounts(run, target)
  for (const table of [...coreTables, ...modules.flatMap(({ tables }) => tables)])
    issues.push(...(await findTableIssues(run, dialect, target, table)))
  if (issues.length > 0) throw new BillfoldError('storage.schema-mismatch', { issues })
}

/** One issue says more than one for each table: the usual cause is a wrong name in the settings of the host. */
async function throwIfEmpty(run: Run, dialect: Dialect, target: SchemaTarget, tables: readonly Table[]): Promise<void> {
  for (const { name } of tables) if ((await listColumns(run, dialect, target.names, name)).length > 0) return
  const where = await describeDatabase(run, dialect, target.names)
  const message = `has no tables of Billfold: "billfold migrate" creates them. If you expected some, check the name of the database, and the options schema and tablePrefix`
  throw new BillfoldError('storage.schema-mismatch', { issues: [{ path: where, message }] })
}

function findMigrationIssues(
  log: readonly LogEntry[],
  target: SchemaTarget,
  modules: readonly MigrationModule[],
): Issue[] {
  const { migrations, issues } = planMigrations(log, coreMigrations(), modules)
  const missing = migrations.map((planned) => ({
    path: target.names.bareTable(migrationLog.name),
    message: `${toMigrationId(planned)} was not applied: run billfold migrate`,
  }))
  return [...missing, ...issues]
}

/** Conditions depend on the number of matched rows; without FOUND_ROWS, MySQL reports the number of changed rows. */
async function verifyRowCounts(run: Run, { names }: SchemaTarget): Promise<void> {
  const [first] = coreMigrations()
  const { affectedRows } = await run(
    `update ${names.table(migrationLog.name)} set name = name where module = '${coreModule}' and name = '${first?.name ?? ''}'`,
  )
  const message = 'the flag is off: conditions would be miscounted; remove -FOUND_ROWS from the flags of the pool'
  if (affectedRows !== 1)
    throw new BillfoldError('storage.session-mismatch', { issues: [{ path: 'session.FOUND_ROWS', message }] })
}

async function findTableIssues(run: Run, dialect: Dialect, target: SchemaTarget, table: Table): Promise<Issue[]> {
  const { names } = target
  const path = names.bareTable(table.name)
  const found = new Map((await listColumns(run, dialect, names, table.name)).map((column) => [column.name, column]))
  if (found.size === 0) return [{ path, message: 'the table is missing' }]
  const indexes = await listIndexNames(run, dialect, names, table.name)
  const isCertified = target.cluster !== 'galera' || found.has(certifiedColumn)
  const uncertified = { path: `${path}.${certifiedColumn}`, message: 'the column is missing: migrate with the cluster' }
  const columnIssues = Object.entries(table.columns).flatMap(([name, column]) => {
    const message = columnMismatch(target, column, found.get(toSnakeCase(name)))
    return message === undefined ? [] : [{ path: `${path}.${toSnakeCase(name)}`, message }]
  })
  const missingKeys = Object.keys(table.unique)
    .map((name) => names.index(table.name, name))
    .filter((index) => !indexes.includes(index))
    .map((index) => ({ path: `${path}.${index}`, message: 'the unique key is missing' }))
  return [...columnIssues, ...missingKeys, ...(isCertified ? [] : [uncertified])]
}

function columnMismatch(
  { flavour }: SchemaTarget,
  column: Column,
  found: CatalogColumn | undefined,
): string | undefined {
  if (found === undefined) return 'the column is missing'
  const type = catalogType(flavour, column)
  if (found.type !== type) return `the column is ${found.type}, not ${type}`
  if (found.nullable !== column.nullable) return `the column must ${column.nullable ? '' : 'not '}be nullable`
  const collation = column.type === 'text' ? catalogCollation(flavour) : undefined
  if (collation !== undefined && found.collation !== collation)
    return `the collation is ${found.collation ?? 'unknown'}, not ${collation}`
  return undefined
}
