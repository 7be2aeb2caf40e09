import { BillfoldError, type Issue } from '@billfold/core'
import type { Table } from '@billfold/core/storage'
import { toSnakeCase } from '../sql/dialect.ts'
import { migrationLog } from './migration-log.ts'
import { diffTables } from './migrations/diff-tables.ts'
import { type Migration, tablesAfter } from './migrations/migration.ts'

/** The part of a Billfold module that concerns the database. */
export interface MigrationModule {
  /** Name of the module: a letter, then up to 62 letters, digits and hyphens. `core` is reserved. */
  readonly name: string
  /** The tables of the module as of this release of it. */
  readonly tables: readonly Table[]
  /**
   * Migrations that create these tables, ordered by name. Default: the difference between the recorded tables of the module
   * and `tables` is computed, as far as it consists of new tables, columns, indexes and unique keys.
   */
  readonly migrations?: readonly Migration[]
}

/** The module name of Billfold's own migrations. */
export const coreModule = 'core'

const moduleName = /^[A-Za-z][A-Za-z0-9-]{0,62}$/
const migrationName = /^\d{4}-[a-z0-9-]{1,120}$/

/**
 * Checks module and migration names, and that no two modules define the same table.
 *
 * @throws BillfoldError `input.invalid`, with an issue for each error
 */
export function validateModules(coreTables: readonly Table[], modules: readonly MigrationModule[]): void {
  const names = new Set([coreModule])
  const owners = new Map([migrationLog, ...coreTables].map(({ name }) => [toSnakeCase(name), coreModule]))
  const issues = modules.flatMap((module) => {
    const path = `modules.${module.name}`
    const nameIssues = moduleName.test(module.name)
      ? names.has(module.name)
        ? [{ path, message: 'this module name is reserved or used twice' }]
        : []
      : [{ path, message: 'must be a letter, then up to 62 letters, digits and hyphens' }]
    names.add(module.name)
    return [...nameIssues, ...tableNameIssues(owners, module), ...migrationIssues(module)]
  })
  if (issues.length > 0) throw new BillfoldError('input.invalid', { issues })
}

function tableNameIssues(owners: Map<string, string>, { name: module, tables }: MigrationModule): Issue[] {
  return tables.flatMap(({ name }) => {
    const key = toSnakeCase(name)
    const owner = owners.get(key)
    owners.set(key, module)
    return owner === undefined
      ? []
      : [{ path: `modules.${module}.tables`, message: `the table "${name}" is already defined by ${owner}` }]
  })
}

function migrationIssues({ name: module, tables, migrations }: MigrationModule): Issue[] {
  if (migrations === undefined) return []
  const path = `modules.${module}.migrations`
  const names = migrations.map(({ name }) => name)
  const badNames = names
    .filter((name, index) => !migrationName.test(name) || names.slice(0, index).some((earlier) => earlier >= name))
    .map((name) => ({ path, message: `"${name}" must be four digits, a hyphen and a topic, in ascending order` }))
  if (badNames.length > 0) return badNames
  const { steps, issues } = diffTables(tablesAfter(migrations), tables)
  return steps.length + issues.length === 0
    ? []
    : [{ path, message: 'these migrations do not create exactly the tables of the module' }]
}
