import { BillfoldError, type Issue } from '@billfold/core'
import type { Column, Table } from '@billfold/core/storage'
import type { Run } from '../sql/connection.ts'
import { createNames, type Dialect, type Naming, toSnakeCase } from '../sql/dialect.ts'
import { type CatalogColumn, detectFlavour, listColumns, listIndexNames } from './catalog.ts'
import { listLogEntries, migrationLog } from './migration-log.ts'
import { coreModule, type MigrationModule, validateModules } from './migration-modules.ts'
import { coreMigrations } from './migrations/core-migrations.ts'
import { tablesAfter } from './migrations/migration.ts'
import { planMigrations, toMigrationId } from './plan-migrations.ts'
import { catalogCollation, catalogType, type SchemaTarget } from './schema-sql.ts'

/**
 * Checks that the database has what the migrations of core and of the modules create: migrations, tables, columns with their
 * types, unique keys.
 *
 * @throws BillfoldError `storage.schema-mismatch`, whose issues name what is missing or different; `input.invalid` for modules
 *   that clash
 */
export async function verifySchema(
  run: Run,
  dialect: Dialect,
  naming: Naming,
  modules: readonly MigrationModule[],
): Promise<void> {
  const flavour = await detectFlavour(run, dialect)
  const target: SchemaTarget = { flavour, names: createNames(flavour, naming) }
  const coreTables = tablesAfter(coreMigrations())
  validateModules(coreTables, modules)
  const issues = await findMigrationIssues(run, target, modules)
  if (issues.length === 0 && dialect === 'mysql') issues.push(...(await findRowCountIssues(run, target)))
  for (const table of [...coreTables, ...modules.flatMap(({ tables }) => tables)])
    issues.push(...(await findTableIssues(run, dialect, target, table)))
  if (issues.length > 0) throw new BillfoldError('storage.schema-mismatch', { issues })
}

async function findMigrationIssues(
  run: Run,
  target: SchemaTarget,
  modules: readonly MigrationModule[],
): Promise<Issue[]> {
  const { migrations, issues } = planMigrations(await listLogEntries(run, target), coreMigrations(), modules)
  const missing = migrations.map((planned) => ({
    path: target.names.bareTable(migrationLog.name),
    message: `${toMigrationId(planned)} was not applied: run billfold migrate`,
  }))
  return [...missing, ...issues]
}

/** Conditions depend on the number of matched rows; without FOUND_ROWS, MySQL reports the number of changed rows. */
async function findRowCountIssues(run: Run, { names }: SchemaTarget): Promise<Issue[]> {
  const [first] = coreMigrations()
  const { affectedRows } = await run(
    `update ${names.table(migrationLog.name)} set name = name where module = '${coreModule}' and name = '${first?.name ?? ''}'`,
  )
  return affectedRows === 1
    ? []
    : [{ path: 'connection', message: 'the flag FOUND_ROWS is off: remove -FOUND_ROWS from the flags of the pool' }]
}

async function findTableIssues(run: Run, dialect: Dialect, target: SchemaTarget, table: Table): Promise<Issue[]> {
  const { names } = target
  const path = names.bareTable(table.name)
  const found = new Map((await listColumns(run, dialect, names, table.name)).map((column) => [column.name, column]))
  if (found.size === 0) return [{ path, message: 'the table is missing' }]
  const indexes = await listIndexNames(run, dialect, names, table.name)
  const columnIssues = Object.entries(table.columns).flatMap(([name, column]) => {
    const message = columnMismatch(target, column, found.get(toSnakeCase(name)))
    return message === undefined ? [] : [{ path: `${path}.${toSnakeCase(name)}`, message }]
  })
  const missingKeys = Object.keys(table.unique)
    .map((name) => names.index(table.name, name))
    .filter((index) => !indexes.includes(index))
    .map((index) => ({ path: `${path}.${index}`, message: 'the unique key is missing' }))
  return [...columnIssues, ...missingKeys]
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
