import type { Column, Table } from '@billfold/core/storage'

/**
 * One step of a migration, as data. A host of the version before goes on working after each of them. Steps are only ever added,
 * in new versions: those that were released stay as they are.
 */
export type Step =
  | { readonly kind: 'createTable'; readonly table: Table }
  | {
      readonly kind: 'addColumn'
      readonly table: string
      readonly name: string
      /** Nullable, or with a `fill` for the rows that are there. */
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

/** Takes away an index that is not unique. What is unique stays so, since hosts of the version before may lean on it. */
export interface DropIndex {
  readonly kind: 'dropIndex'
  readonly table: string
  readonly name: string
}

/** What brings the tables from the version before to this one. */
export interface Migration {
  readonly version: number
  readonly steps: readonly Step[]
}

/** The tables that these migrations make together. */
export function tablesAfter(migrations: readonly Migration[]): readonly Table[] {
  const made = new Map<string, Table>()
  for (const step of migrations.flatMap((migration) => migration.steps)) {
    if (step.kind === 'createTable') made.set(step.table.name, step.table)
    else made.set(step.table, changed(made.get(step.table), step))
  }
  return [...made.values()]
}

function changed(table: Table | undefined, step: Exclude<Step, { kind: 'createTable' }>): Table {
  if (table === undefined) throw new Error(`no migration before makes the table ${step.table}`)
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
