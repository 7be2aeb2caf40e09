import { BillfoldError, type Issue } from '@billfold/core'
import type { Table } from '@billfold/core/storage'
import { catalogColumns, catalogIndexes, flavourOf } from './catalog.ts'
import type { Run } from '../sql/connection.ts'
import { type Dialect, type Naming, namesOf } from '../sql/dialect.ts'
import { appliedVersions, migrationTable } from './migration-log.ts'
import { migrations } from './migrations/index.ts'
import { tablesAfter } from './migrations/migration.ts'
import { catalogCollation, catalogColumn, catalogType, type SchemaTarget } from './schema-sql.ts'

/**
 * Looks whether the database has what the migrations make: versions, tables, columns with their types, keys.
 *
 * @throws BillfoldError `storage.schema-mismatch`, whose issues name what is missing or different
 */
export async function verifySchema(run: Run, dialect: Dialect, naming: Naming): Promise<void> {
  const flavour = await flavourOf(run, dialect)
  const target: SchemaTarget = { flavour, names: namesOf(flavour, naming) }
  const issues = await missingVersions(run, target)
  if (issues.length === 0 && dialect === 'mysql') issues.push(...(await countingIssues(run, target)))
  for (const table of tablesAfter(migrations)) issues.push(...(await tableIssues(run, dialect, target, table)))
  if (issues.length > 0) throw new BillfoldError('storage.schema-mismatch', { issues })
}

async function missingVersions(run: Run, target: SchemaTarget): Promise<Issue[]> {
  const applied = await appliedVersions(run, target)
  const missing = migrations.filter(({ version }) => !applied.includes(version))
  return missing.map(({ version }) => ({
    path: target.names.bareTable(migrationTable),
    message: `version ${version} was not applied: run billfold migrate`,
  }))
}

/** Guards count the rows that an update found, and without FOUND_ROWS MySQL counts only those that it changed. */
async function countingIssues(run: Run, { names }: SchemaTarget): Promise<Issue[]> {
  const { affectedRows } = await run(`update ${names.table(migrationTable)} set version = version where version = 1`)
  return affectedRows === 1
    ? []
    : [
        {
          path: 'connection',
          message: 'the flag FOUND_ROWS is turned off: remove -FOUND_ROWS from the flags of the pool',
        },
      ]
}

async function tableIssues(run: Run, dialect: Dialect, target: SchemaTarget, table: Table): Promise<Issue[]> {
  const { names, flavour } = target
  const path = names.bareTable(table.name)
  const actual = new Map((await catalogColumns(run, dialect, names, table.name)).map((column) => [column.name, column]))
  if (actual.size === 0) return [{ path, message: 'the table is missing' }]
  const indexes = await catalogIndexes(run, dialect, names, table.name)
  const issues: Issue[] = []
  for (const [name, column] of Object.entries(table.columns)) {
    const found = actual.get(catalogColumn(name))
    const said = (message: string): void => void issues.push({ path: `${path}.${catalogColumn(name)}`, message })
    const collation = column.type === 'text' ? catalogCollation(flavour) : undefined
    if (found === undefined) said('the column is missing')
    else if (found.type !== catalogType(flavour, column))
      said(`the column is ${found.type}, not ${catalogType(flavour, column)}`)
    else if (found.nullable !== column.nullable) said(`the column must ${column.nullable ? '' : 'not '}be nullable`)
    else if (collation !== undefined && found.collation !== collation)
      said(`the collation is ${found.collation ?? 'another'}, not ${collation}`)
  }
  for (const name of Object.keys(table.unique)) {
    const index = names.index(table.name, name)
    if (!indexes.includes(index)) issues.push({ path: `${path}.${index}`, message: 'the unique key is missing' })
  }
  return issues
}
