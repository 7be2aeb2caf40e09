import type { Issue } from '@billfold/core'
import type { LogEntry } from './migration-log.ts'
import { coreModule, type MigrationModule } from './migration-modules.ts'
import { diffTables } from './migrations/diff-tables.ts'
import { type Migration, type MigrationStep, tablesAfter } from './migrations/migration.ts'

/** A migration that is not applied. */
export interface PlannedMigration {
  readonly module: string
  readonly name: string
  readonly steps: readonly MigrationStep[]
  /**
   * How it is recorded. `at-end`: one entry when it is applied. `computed`: its steps are recorded before the first one, so
   * that an interrupted migration is completed even if the module changes meanwhile. `interrupted`: recorded by such a run.
   */
  readonly recording: 'at-end' | 'computed' | 'interrupted'
}

/** The pending steps, and the problems that prevent the migration. */
export interface MigrationPlan {
  readonly migrations: readonly PlannedMigration[]
  readonly issues: readonly Issue[]
}

/** Identifies a migration to people: `core/0001-initial-schema`. */
export function toMigrationId({ module, name }: Pick<PlannedMigration, 'module' | 'name'>): string {
  return `${module}/${name}`
}

/** Plans what is missing in a database with this log: the migrations of core, then those of each module. */
export function planMigrations(
  log: readonly LogEntry[],
  core: readonly Migration[],
  modules: readonly MigrationModule[],
): MigrationPlan {
  const listEntries = (name: string): LogEntry[] => log.filter(({ module }) => module === name)
  const plans = [
    { migrations: planFrozen(coreModule, core, listEntries(coreModule)), issues: [] },
    ...modules.map((module) => planModule(module, listEntries(module.name))),
  ]
  return {
    migrations: plans.flatMap(({ migrations }) => migrations),
    issues: plans.flatMap(({ issues }) => issues),
  }
}

function planFrozen(module: string, migrations: readonly Migration[], log: readonly LogEntry[]): PlannedMigration[] {
  const applied = new Set(log.filter(({ isApplied }) => isApplied).map(({ name }) => name))
  return migrations
    .filter(({ name }) => !applied.has(name))
    .map(({ name, steps }) => ({ module, name, steps, recording: 'at-end' }))
}

function planModule(module: MigrationModule, log: readonly LogEntry[]): MigrationPlan {
  if (module.migrations === undefined) return planComputed(module, log)
  const migrations = planFrozen(module.name, module.migrations, log)
  const known = new Set(module.migrations.map(({ name }) => name))
  const unknown = log.filter(({ name }) => !known.has(name))
  const [first] = unknown
  if (first === undefined || migrations.length === 0) return { migrations, issues: [] }
  const message = `the database has the migration ${first.name}, which is not among the migrations of the module`
  return { migrations: [], issues: [{ path: `modules.${module.name}.migrations`, message }] }
}

function planComputed({ name: module, tables }: MigrationModule, log: readonly LogEntry[]): MigrationPlan {
  const interrupted = log
    .filter(({ isApplied }) => !isApplied)
    .map(({ name, steps }): PlannedMigration => ({ module, name, steps, recording: 'interrupted' }))
  const { steps, issues } = diffTables(tablesAfter(log), tables)
  if (steps.length + issues.length === 0 || isEarlierState(log, tables)) return { migrations: interrupted, issues: [] }
  const refused = [
    ...issues,
    ...steps.flatMap((step) => (step.kind === 'dropIndex' ? [`the index ${step.name} of ${step.table} changed`] : [])),
  ]
  if (refused.length > 0)
    return { migrations: [], issues: refused.map((message) => ({ path: `modules.${module}.tables`, message })) }
  const name = `${String(log.length + 1).padStart(4, '0')}-tables`
  return { migrations: [...interrupted, { module, name, steps, recording: 'computed' }], issues: [] }
}

/** True for a host of a previous release of the module, which can run on a database that a newer one has migrated. */
function isEarlierState(log: readonly LogEntry[], tables: MigrationModule['tables']): boolean {
  return log.some((_, index) => {
    const { steps, issues } = diffTables(tablesAfter(log.slice(0, index + 1)), tables)
    return steps.length + issues.length === 0
  })
}
