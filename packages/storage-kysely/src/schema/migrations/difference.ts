import type { Column, Table } from '@billfold/core/storage'
import type { Step } from './migration.ts'

/** How tables changed: what a migration can do about it, and what it cannot. */
export interface Difference {
  readonly steps: readonly Step[]
  /** What has to be thought about by hand, in words. */
  readonly issues: readonly string[]
}

/** What tells two lists of tables apart. Hosts that know only the first can go on working while the steps are taken, and after. */
export function differenceOf(before: readonly Table[], after: readonly Table[]): Difference {
  const known = new Map(before.map((table) => [table.name, table]))
  const wanted = new Set(after.map(({ name }) => name))
  const removed = before.filter(({ name }) => !wanted.has(name)).map(({ name }) => gone(`the table ${name}`))
  const parts = after.map((table): Difference => {
    const was = known.get(table.name)
    return was === undefined
      ? { steps: [{ kind: 'createTable', table: plainTable(table) }], issues: [] }
      : changesOf(was, table)
  })
  const isNew = ({ kind }: Step): boolean => kind === 'createTable'
  const steps = parts.flatMap((part) => part.steps)
  return {
    steps: [...steps.filter(isNew), ...steps.filter((step) => !isNew(step))],
    issues: [...removed, ...parts.flatMap((part) => part.issues)],
  }
}

function plainTable({ name, columns, key, unique, indexes }: Table): Table {
  return { name, columns, key, unique, indexes }
}

function changesOf(before: Table, after: Table): Difference {
  const parts = [columnChanges(before, after), indexChanges(before, after), uniqueChanges(before, after)]
  const issues = parts.flatMap((part) => part.issues)
  if (!isSame(before.key, after.key)) issues.push(`the primary key of ${after.name} changed: make a new table instead`)
  return { steps: parts.flatMap((part) => part.steps), issues }
}

function columnChanges(before: Table, after: Table): Difference {
  const steps: Step[] = []
  const issues = missing(before.columns, after.columns).map((name) => gone(`the column ${after.name}.${name}`))
  for (const [name, column] of Object.entries(after.columns)) {
    const was = before.columns[name]
    const path = `the column ${after.name}.${name}`
    if (was === undefined) {
      if (!column.nullable && column.backfill === undefined)
        issues.push(`${path} is new and must be nullable(), or filled() for the rows that are there`)
      steps.push({ kind: 'addColumn', table: after.name, name, column })
    } else if (!isSame(columnFacts(was), columnFacts(column)))
      issues.push(`${path} changed: add another column, and leave this one until no host of the version before is left`)
  }
  return { steps, issues }
}

function indexChanges({ indexes: before }: Table, { name: table, indexes: after }: Table): Difference {
  const dropped = Object.keys(before).filter((name) => !isSame(before[name], after[name]))
  const added = Object.entries(after).filter(([name, columns]) => !isSame(before[name], columns))
  return {
    steps: [
      ...dropped.map((name): Step => ({ kind: 'dropIndex', table, name })),
      ...added.map(([name, columns]): Step => ({ kind: 'createIndex', table, name, columns, unique: false })),
    ],
    issues: [],
  }
}

function uniqueChanges(before: Table, after: Table): Difference {
  const steps: Step[] = []
  const issues: string[] = []
  for (const name of Object.keys(before.unique))
    if (!isSame(before.unique[name], after.unique[name])) issues.push(gone(`the unique key ${name} of ${after.name}`))
  for (const [name, columns] of Object.entries(after.unique)) {
    if (before.unique[name] !== undefined) continue
    if (!holdsFor(before, after, columns))
      issues.push(
        `the unique key ${name} of ${after.name} is new, and rows that are there may break it: it needs a column that is new and nullable(), or all those of another key`,
      )
    steps.push({ kind: 'createIndex', table: after.name, name, columns, unique: true })
  }
  return { steps, issues }
}

/** Whether every row that is there, and that hosts of the version before will insert, keeps to a new key. */
function holdsFor(before: Table, after: Table, columns: readonly string[]): boolean {
  const isNull = columns.some((name) => before.columns[name] === undefined && after.columns[name]?.nullable === true)
  const keys = [
    before.key,
    ...Object.values(before.unique).filter((key) => key.every((name) => before.columns[name]?.nullable === false)),
  ]
  return isNull || keys.some((key) => key.every((name) => columns.includes(name)))
}

function gone(what: string): string {
  return `${what} is gone or changed, and hosts of the version before still use it: leave it for a release, then write its end by hand`
}

function missing(before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(before).filter((name) => after[name] === undefined)
}

function columnFacts({ type, length, nullable, backfill }: Column): readonly unknown[] {
  return [type, length, nullable, backfill]
}

function isSame(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right)
}
