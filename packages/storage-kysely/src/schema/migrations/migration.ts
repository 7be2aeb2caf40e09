import type { Column, Table } from '@billfold/core/storage'

/**
 * One step of a migration, as data. Hosts of the previous release keep working after each step. New steps go into new
 * migrations: those of a released migration never change.
 */
export type MigrationStep =
  | { readonly kind: 'createTable'; readonly table: Table }
  | {
      readonly kind: 'addColumn'
      readonly table: string
      readonly name: string
      /** Nullable, or with a `backfill` for existing rows. */
      readonly column: Column
    }
  | {
      readonly kind: 'createIndex'
      readonly table: string
      readonly name: string
      readonly columns: readonly string[]
      readonly unique: boolean
    }
  | DropIndex

/** Drops an index that is not unique. A unique key is never dropped, since hosts of the previous release may rely on it. */
export interface DropIndex {
  readonly kind: 'dropIndex'
  readonly table: string
  readonly name: string
}

/** A named list of steps. Migrations are applied in the order of their names. */
export interface Migration {
  /** Four digits and a topic: `0002-audit-checkpoints`. */
  readonly name: string
  readonly steps: readonly MigrationStep[]
}

/** Parses steps from the data files of the package and from the migration log, both written by this package. */
export function parseSteps(json: string): readonly MigrationStep[] {
  const steps: unknown = JSON.parse(json)
  if (!isStepList(steps)) throw new Error('a list of migration steps is malformed')
  return steps
}

const stepKinds: ReadonlySet<unknown> = new Set<MigrationStep['kind']>([
  'createTable',
  'addColumn',
  'createIndex',
  'dropIndex',
])

function isStepList(value: unknown): value is readonly MigrationStep[] {
  return Array.isArray(value) && value.every(isStep)
}

function isStep(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'kind' in value && stepKinds.has(value.kind)
}

/** Returns the tables that exist after these migrations. */
export function tablesAfter(migrations: readonly { readonly steps: readonly MigrationStep[] }[]): readonly Table[] {
  const tables = new Map<string, Table>()
  for (const step of migrations.flatMap(({ steps }) => steps)) {
    if (step.kind === 'createTable') tables.set(step.table.name, step.table)
    else tables.set(step.table, applyStep(tables.get(step.table), step))
  }
  return [...tables.values()]
}

function applyStep(table: Table | undefined, step: Exclude<MigrationStep, { kind: 'createTable' }>): Table {
  if (table === undefined) throw new Error(`no earlier migration creates the table ${step.table}`)
  switch (step.kind) {
    case 'addColumn':
      return { ...table, columns: { ...table.columns, [step.name]: step.column } }
    case 'createIndex': {
      const keys = step.unique ? 'unique' : 'indexes'
      return { ...table, [keys]: { ...table[keys], [step.name]: step.columns } }
    }
    case 'dropIndex':
      return {
        ...table,
        indexes: Object.fromEntries(Object.entries(table.indexes).filter(([name]) => name !== step.name)),
      }
  }
}
