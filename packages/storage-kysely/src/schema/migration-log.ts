import { cellsOf, type Run } from '../sql/connection.ts'
import { failureOf } from '../sql/failures.ts'
import type { SchemaTarget } from './schema-sql.ts'

/** The name of the table that says which migrations were applied. */
export const migrationTable = 'migrations'

/** Makes the table of migrations where it is not there. */
export function createLogSql({ flavour, names }: SchemaTarget): string {
  const engine = flavour === 'mysql' || flavour === 'mariadb' ? ' engine=InnoDB' : ''
  return `create table if not exists ${names.table(migrationTable)} (version integer not null primary key, applied_at bigint not null)${engine}`
}

/** Notes that a migration was applied, now. */
export function logSql({ flavour, names }: SchemaTarget, version: number): string {
  const now = {
    sqlite: `cast(unixepoch('subsec') * 1000 as integer)`,
    postgres: '(extract(epoch from now()) * 1000)::bigint',
    mysql: 'floor(unix_timestamp(now(3)) * 1000)',
    mariadb: 'floor(unix_timestamp(now(3)) * 1000)',
  }[flavour]
  return `insert into ${names.table(migrationTable)} (version, applied_at) values (${version}, ${now})`
}

/** The versions that were applied; none where nothing was. */
export async function appliedVersions(run: Run, { names }: SchemaTarget): Promise<number[]> {
  try {
    const { rows } = await run(`select version from ${names.table(migrationTable)} order by version`)
    return rows.map((row) => Number(cellsOf(row)['version']))
  } catch (error) {
    if (failureOf(error) === 'schema') return []
    throw error
  }
}
