import type { Run } from '../sql/connection.ts'
import { type Dialect, toSnakeCase } from '../sql/dialect.ts'
import { listColumns, listIndexNames } from './catalog.ts'
import type { MigrationStep } from './migrations/migration.ts'
import type { SchemaTarget } from './schema-sql.ts'

/** Finds the steps of a migration that are not done: all of them, except on MySQL, where a migration can be interrupted. */
export async function findRemainingSteps(
  run: Run,
  dialect: Dialect,
  target: SchemaTarget,
  steps: readonly MigrationStep[],
): Promise<MigrationStep[]> {
  if (dialect !== 'mysql') return [...steps]
  const remaining: MigrationStep[] = []
  for (const step of steps) if (!(await isDone(run, target, step, remaining))) remaining.push(step)
  return remaining
}

/** An index that is still to be dropped cannot have been created again under the same name. */
async function isDone(
  run: Run,
  { names }: SchemaTarget,
  step: MigrationStep,
  remaining: readonly MigrationStep[],
): Promise<boolean> {
  const hasIndex = async ({ table, name }: { readonly table: string; readonly name: string }): Promise<boolean> =>
    (await listIndexNames(run, 'mysql', names, table)).includes(names.index(table, name))
  switch (step.kind) {
    case 'createTable':
      return (await listColumns(run, 'mysql', names, step.table.name)).length > 0
    case 'addColumn':
      return (await listColumns(run, 'mysql', names, step.table)).some(
        (column) => column.name === toSnakeCase(step.name),
      )
    case 'dropIndex':
      return !(await hasIndex(step))
    case 'createIndex':
      return !remaining.some((other) => dropsIndex(other, step)) && hasIndex(step)
  }
}

function dropsIndex(other: MigrationStep, { table, name }: { readonly table: string; readonly name: string }): boolean {
  return other.kind === 'dropIndex' && other.table === table && other.name === name
}
