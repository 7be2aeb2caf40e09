import type { Table } from '@billfold/core/storage'
import { type Run, toCells } from '../sql/connection.ts'
import { classifyDriverError, isMissingDatabase } from '../sql/driver-errors.ts'
import { type MigrationStep, parseSteps } from './migrations/migration.ts'
import { createTableSql, type SchemaTarget, textSql } from './schema-sql.ts'

/** The table that records which migrations were applied. */
export const migrationLog: Table = {
  name: 'migrations',
  columns: {
    module: { type: 'text', length: 64, nullable: false },
    name: { type: 'text', length: 128, nullable: false },
    /** JSON, for modules: the recorded definition of their tables. */
    steps: { type: 'text', nullable: true },
    /** Null while a computed migration is being applied. */
    appliedAt: { type: 'integer', nullable: true },
  },
  key: ['module', 'name'],
  unique: {},
  indexes: {},
}

/** A migration in the log. */
export interface LogEntry {
  readonly module: string
  readonly name: string
  readonly steps: readonly MigrationStep[]
  readonly isApplied: boolean
}

/** Generates the statement that creates the log if it does not exist. */
export function createLogSql(target: SchemaTarget): string {
  return createTableSql(target, migrationLog)
    .join()
    .replace(/^create table /, 'create table if not exists ')
}

/** Generates the statement that records a migration, as applied now or (without a time) as started. */
export function recordMigrationSql(
  target: SchemaTarget,
  { module, name, steps }: Pick<LogEntry, 'module' | 'name'> & { readonly steps?: readonly MigrationStep[] },
  isApplied: boolean,
): string {
  const recorded = steps === undefined ? 'null' : textSql(target, JSON.stringify(steps))
  const values = [`'${module}'`, `'${name}'`, recorded, isApplied ? nowSql(target) : 'null']
  return `insert into ${target.names.table(migrationLog.name)} (module, name, steps, applied_at) values (${values.join(', ')})`
}

/** Generates the statement that marks a started migration as applied. */
export function markAppliedSql(target: SchemaTarget, { module, name }: Pick<LogEntry, 'module' | 'name'>): string {
  return `update ${target.names.table(migrationLog.name)} set applied_at = ${nowSql(target)} where module = '${module}' and name = '${name}'`
}

/** Lists the recorded migrations, ordered by name; empty if there is no log. */
export async function listLogEntries(run: Run, { names }: SchemaTarget): Promise<LogEntry[]> {
  try {
    const { rows } = await run(
      `select module as module, name as name, steps as steps, applied_at as applied_at from ${names.table(migrationLog.name)} order by module, name`,
    )
    return rows.map(toCells).map(toLogEntry)
  } catch (error) {
    if (classifyDriverError(error) === 'schema' && !isMissingDatabase(error)) return []
    throw error
  }
}

function toLogEntry({ module, name, steps, applied_at }: Readonly<Record<string, unknown>>): LogEntry {
  return {
    module: String(module),
    name: String(name),
    steps: typeof steps === 'string' ? parseSteps(steps) : [],
    isApplied: applied_at !== null,
  }
}

/** The time of the database in epoch milliseconds, so that printed migrations record it as well. */
function nowSql({ flavour }: SchemaTarget): string {
  return {
    sqlite: `cast(unixepoch('subsec') * 1000 as integer)`,
    postgres: '(extract(epoch from now()) * 1000)::bigint',
    mysql: 'floor(unix_timestamp(now(3)) * 1000)',
    mariadb: 'floor(unix_timestamp(now(3)) * 1000)',
  }[flavour]
}
