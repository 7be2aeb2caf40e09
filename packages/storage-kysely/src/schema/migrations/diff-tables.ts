import type { Column, Table } from '@billfold/core/storage'
import type { MigrationStep } from './migration.ts'

/** The difference between two lists of tables. */
export interface TableDiff {
  /** The steps of a migration. */
  readonly steps: readonly MigrationStep[]
  /** Changes that a migration cannot make while hosts of the previous release are running. */
  readonly issues: readonly string[]
}

/** Computes the steps from one list of tables to another. Hosts that know only the first keep working during and after them. */
export function diffTables(before: readonly Table[], after: readonly Table[]): TableDiff {
  const known = new Map(before.map((table) => [table.name, table]))
  const wanted = new Set(after.map(({ name }) => name))
  const removedTables = before.filter(({ name }) => !wanted.has(name)).map(({ name }) => removed(`the table ${name}`))
  const parts = after.map((table): TableDiff => {
    const was = known.get(table.name)
    return was === undefined
      ? { steps: [{ kind: 'createTable', table: plainTable(table) }], issues: [] }
      : diffTable(was, table)
  })
  const isNew = ({ kind }: MigrationStep): boolean => kind === 'createTable'
  const steps = parts.flatMap((part) => part.steps)
  return {
    steps: [...steps.filter(isNew), ...steps.filter((step) => !isNew(step))],
    issues: [...removedTables, ...parts.flatMap((part) => part.issues)],
  }
}

function plainTable({ name, columns, key, unique, indexes }: Table): Table {
  return { name, columns, key, unique, indexes }
}

function diffTable(before: Table, after: Table): TableDiff {
  const parts = [diffColumns(before, after), diffIndexes(before, after), diffUniqueKeys(before, after)]
  const issues = parts.flatMap((part) => part.issues)
  if (!isSame(before.key, after.key))
    issues.push(`the primary key of ${after.name} changed: create a new table instead`)
  return { steps: parts.flatMap((part) => part.steps), issues }
}

function diffColumns(before: Table, after: Table): TableDiff {
  const steps: MigrationStep[] = []
  const issues = missingNames(before.columns, after.columns).map((name) => removed(`the column ${after.name}.${name}`))
  for (const [name, column] of Object.entries(after.columns)) {
    const was = before.columns[name]
    const path = `the column ${after.name}.${name}`
    if (was === undefined) {
      if (!column.nullable && column.backfill === undefined)
        issues.push(`${path} is new: existing rows require nullable() or withBackfill()`)
      steps.push({ kind: 'addColumn', table: after.name, name, column })
    } else if (!isSame(columnDefinition(was), columnDefinition(column)))
      issues.push(`${path} changed: add another column, and remove this one when no host uses it any more`)
  }
  return { steps, issues }
}

function diffIndexes({ indexes: before }: Table, { name: table, indexes: after }: Table): TableDiff {
  const dropped = Object.keys(before).filter((name) => !isSame(before[name], after[name]))
  const added = Object.entries(after).filter(([name, columns]) => !isSame(before[name], columns))
  return {
    steps: [
      ...dropped.map((name): MigrationStep => ({ kind: 'dropIndex', table, name })),
      ...added.map(([name, columns]): MigrationStep => ({ kind: 'createIndex', table, name, columns, unique: false })),
    ],
    issues: [],
  }
}

function diffUniqueKeys(before: Table, after: Table): TableDiff {
  const steps: MigrationStep[] = []
  const issues: string[] = []
  for (const name of Object.keys(before.unique))
    if (!isSame(before.unique[name], after.unique[name]))
      issues.push(removed(`the unique key ${name} of ${after.name}`))
  for (const [name, columns] of Object.entries(after.unique)) {
    if (before.unique[name] !== undefined) continue
    if (!isAlwaysUnique(before, after, columns))
      issues.push(
        `the unique key ${name} of ${after.name} is new, and existing rows may violate it: it must include a new nullable() column, or all columns of another key`,
      )
    steps.push({ kind: 'createIndex', table: after.name, name, columns, unique: true })
  }
  return { steps, issues }
}

/** True if all existing rows, and all that hosts of the previous release will insert, satisfy a new unique key. */
function isAlwaysUnique(before: Table, after: Table, columns: readonly string[]): boolean {
  const isNull = columns.some((name) => before.columns[name] === undefined && after.columns[name]?.nullable === true)
  const keys = [
    before.key,
    ...Object.values(before.unique).filter((key) => key.every((name) => before.columns[name]?.nullable === false)),
  ]
  return isNull || keys.some((key) => key.every((name) => columns.includes(name)))
}

function removed(what: string): string {
  return `${what} was removed or changed, but hosts of the previous release still use it: drop it by hand in a later release`
}

function missingNames(before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(before).filter((name) => after[name] === undefined)
}

function columnDefinition({ type, length, nullable, backfill }: Column): readonly unknown[] {
  return [type, length, nullable, backfill]
}

function isSame(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right)
}
