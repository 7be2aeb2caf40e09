import { toCells, type Run } from '../sql/connection.ts'
import type { Dialect, Flavour, Names } from '../sql/dialect.ts'

/** A column as the database's catalog lists it. */
export interface CatalogColumn {
  readonly name: string
  readonly type: string
  readonly nullable: boolean
  readonly collation: string | undefined
}

/** Determines whether a `mysql` database is MySQL or MariaDB. */
export async function detectFlavour(run: Run, dialect: Dialect): Promise<Flavour> {
  if (dialect !== 'mysql') return dialect
  const { rows } = await run('select version() as version')
  return /mariadb/i.test(String(toCells(rows[0])['version'])) ? 'mariadb' : 'mysql'
}

/** Lists the columns of a table; empty if the table does not exist. */
export async function listColumns(run: Run, dialect: Dialect, names: Names, table: string): Promise<CatalogColumn[]> {
  const { rows } = await run(...columnsQuery(dialect, names, table))
  return rows.map(toCells).map((cells) => ({
    name: String(cells['name']),
    type: String(cells['type']).toLowerCase(),
    nullable: Number(cells['nullable']) === 1,
    collation: typeof cells['collation'] === 'string' ? cells['collation'] : undefined,
  }))
}

/** Lists the names of the indexes of a table. */
export async function listIndexNames(run: Run, dialect: Dialect, names: Names, table: string): Promise<string[]> {
  const { rows } = await run(...indexesQuery(dialect, names, table))
  return rows.map((row) => String(toCells(row)['name']))
}

function columnsQuery(dialect: Dialect, names: Names, table: string): [sql: string, parameters: unknown[]] {
  if (dialect === 'sqlite') {
    return [
      `select name as name, type as type, 1 - "notnull" as nullable from pragma_table_info(?, ?)`,
      [names.bareTable(table), names.schema ?? 'main'],
    ]
  }
  const [where, parameters] = inSchema(dialect, names, table, 'table_schema', 'table_name')
  return [
    `select column_name as name, data_type as type, case is_nullable when 'YES' then 1 else 0 end as nullable, collation_name as collation from information_schema.columns where ${where}`,
    parameters,
  ]
}

function indexesQuery(dialect: Dialect, names: Names, table: string): [sql: string, parameters: unknown[]] {
  if (dialect === 'sqlite')
    return ['select name as name from pragma_index_list(?, ?)', [names.bareTable(table), names.schema ?? 'main']]
  if (dialect === 'postgres') {
    const [where, parameters] = inSchema(dialect, names, table, 'schemaname', 'tablename')
    return [`select indexname as name from pg_indexes where ${where}`, parameters]
  }
  const [where, parameters] = inSchema(dialect, names, table, 'table_schema', 'table_name')
  return [`select distinct index_name as name from information_schema.statistics where ${where}`, parameters]
}

function inSchema(
  dialect: Dialect,
  names: Names,
  table: string,
  schemaColumn: string,
  tableColumn: string,
): [where: string, parameters: unknown[]] {
  const here = dialect === 'postgres' ? 'current_schema()' : 'database()'
  const [first, second] = dialect === 'postgres' ? ['$1', '$2'] : ['?', '?']
  return names.schema === undefined
    ? [`${schemaColumn} = ${here} and ${tableColumn} = ${first}`, [names.bareTable(table)]]
    : [`${schemaColumn} = ${first} and ${tableColumn} = ${second}`, [names.schema, names.bareTable(table)]]
}
