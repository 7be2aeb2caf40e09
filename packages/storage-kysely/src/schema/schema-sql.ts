import { type Column, type Table, wideIntegerRange } from '@billfold/core/storage'
import { type Flavour, type Names, snakeCase } from '../sql/dialect.ts'
import type { DropIndex, Step } from './migrations/migration.ts'
import { wideText } from '../sql/wide-text.ts'

/** What the text of a table definition depends on beside the table. */
export interface SchemaTarget {
  readonly flavour: Flavour
  readonly names: Names
}

/** Compares code points, with case and trailing spaces counting. */
const collations: Readonly<Record<Flavour, string>> = {
  sqlite: 'collate binary',
  postgres: 'collate "C"',
  mysql: 'character set utf8mb4 collate utf8mb4_0900_bin',
  mariadb: 'character set utf8mb4 collate utf8mb4_nopad_bin',
}

/** Most bytes of an index on InnoDB, where a character of text takes four. */
const longestIndex = 3072

/** Bytes of a number in it. */
const numberSizes = { integer: 8, bigint: 8, boolean: 8, wideInteger: 18 } as const

/** The statements of one step of a migration. */
export function stepSql(target: SchemaTarget, step: Step): string[] {
  const { names } = target
  switch (step.kind) {
    case 'createTable':
      return createTableSql(target, step.table)
    case 'addColumn':
      return [`alter table ${names.table(step.table)} add column ${columnSql(target, step.name, step.column)}`]
    case 'createIndex':
      return [indexSql(target, step.table, step.name, step.columns, step.unique)]
    case 'dropIndex':
      return [dropIndexSql(target, step)]
  }
}

/** The statements that make a table with its keys and indexes: one statement on MySQL, where they cannot be taken back together. */
export function createTableSql(target: SchemaTarget, table: Table): string[] {
  const { names } = target
  const inline = isMysql(target)
  for (const columns of [table.key, ...Object.values(table.unique), ...Object.values(table.indexes)])
    checkIndex(table, columns)
  const indexes = [
    ...Object.entries(table.unique).map(([name, columns]) => ({ name, columns, unique: true })),
    ...Object.entries(table.indexes).map(([name, columns]) => ({ name, columns, unique: false })),
  ]
  const lines = [
    ...Object.entries(table.columns).map(([name, column]) => columnSql(target, name, column)),
    `primary key (${columnList(target, table.key)})`,
    ...(inline
      ? indexes.map(
          ({ name, columns, unique }) =>
            `${unique ? 'unique ' : ''}index ${names.quote(names.index(table.name, name))} (${columnList(target, columns)})`,
        )
      : []),
  ]
  const ending = { sqlite: ' strict', postgres: '', mysql: ' engine=InnoDB', mariadb: ' engine=InnoDB' }[target.flavour]
  return [
    `create table ${names.table(table.name)} (\n  ${lines.join(',\n  ')}\n)${ending}`,
    ...(inline ? [] : indexes.map(({ name, columns, unique }) => indexSql(target, table.name, name, columns, unique))),
  ]
}

function indexSql(
  target: SchemaTarget,
  table: string,
  name: string,
  columns: readonly string[],
  unique: boolean,
): string {
  const { names } = target
  const index = names.quote(names.index(table, name))
  // SQLite takes the schema before the index, and the others before the table.
  const attached = target.flavour === 'sqlite' && names.schema !== undefined
  const [named, on] = attached
    ? [`${names.quote(names.schema)}.${index}`, names.quote(names.bareTable(table))]
    : [index, names.table(table)]
  return `create ${unique ? 'unique ' : ''}index ${named} on ${on} (${columnList(target, columns)})`
}

function dropIndexSql(target: SchemaTarget, { table, name }: DropIndex): string {
  const { names } = target
  const index = names.quote(names.index(table, name))
  if (isMysql(target)) return `drop index ${index} on ${names.table(table)}`
  return `drop index ${names.schema === undefined ? '' : `${names.quote(names.schema)}.`}${index}`
}

/** A column that was added later keeps its default, for hosts of the version before, who insert without it. */
function columnSql(target: SchemaTarget, name: string, column: Column): string {
  const fill = column.backfill === undefined ? '' : ` default ${literal(target, column, column.backfill)}`
  const quoted = target.names.column(name)
  const range = rangeSql(target, quoted, column)
  return `${quoted} ${typeSql(target.flavour, column)}${column.nullable ? '' : ' not null'}${fill}${range}`
}

/** The range that a type does not hold by itself, so that a sum that leaves it is refused. */
function rangeSql(target: SchemaTarget, quoted: string, column: Column): string {
  if (column.type === 'integer')
    return ` check (${quoted} between ${Number.MIN_SAFE_INTEGER} and ${Number.MAX_SAFE_INTEGER})`
  if (column.type === 'boolean' && target.flavour !== 'postgres') return ` check (${quoted} in (0, 1))`
  if (column.type === 'wideInteger') return wideRangeSql(target, quoted)
  return ''
}

/** MySQL in a mode that is not strict would cut a sum to its type's range, so there the type has a digit more than the range. */
function wideRangeSql({ flavour }: SchemaTarget, quoted: string): string {
  if (flavour === 'postgres') return ''
  const { min, max } = wideIntegerRange
  const range = flavour === 'sqlite' ? [`'${wideText(min)}'`, `'${wideText(max)}'`] : [min, max]
  return ` check (${quoted} between ${range.join(' and ')})`
}

function typeSql(flavour: Flavour, column: Column): string {
  const { type, length } = column
  const mysql = flavour === 'mysql' || flavour === 'mariadb'
  switch (type) {
    case 'text':
      if (flavour === 'sqlite') return `text ${collations.sqlite}`
      return `${length === undefined ? (mysql ? 'longtext' : 'text') : `varchar(${length})`} ${collations[flavour]}`
    case 'integer':
    case 'bigint':
      return flavour === 'sqlite' ? 'integer' : 'bigint'
    case 'wideInteger':
      if (flavour === 'sqlite') return `text ${collations.sqlite}`
      return mysql ? 'decimal(39, 0)' : 'numeric(38, 0)'
    case 'boolean':
      return { sqlite: 'integer', postgres: 'boolean', mysql: 'tinyint(1)', mariadb: 'tinyint(1)' }[flavour]
    case 'bytes':
      if (mysql) return length === undefined ? 'longblob' : `varbinary(${length})`
      return flavour === 'sqlite' ? 'blob' : 'bytea'
  }
}

function checkIndex(table: Table, columns: readonly string[]): void {
  let size = 0
  for (const name of columns) {
    const column = table.columns[name]
    if (column === undefined) continue
    const long = column.type === 'text' || column.type === 'bytes'
    if (long && column.length === undefined) throw new Error(`${table.name}.${name} is too long to be in an index`)
    size += long ? (column.length ?? 0) * (column.type === 'text' ? 4 : 1) : numberSizes[column.type]
  }
  if (size > longestIndex)
    throw new Error(`the index of ${table.name} on ${columns.join(', ')} takes more than ${longestIndex} bytes`)
}

function literal(target: SchemaTarget, column: Column, value: string | number | boolean): string {
  if (column.type === 'wideInteger') return target.flavour === 'sqlite' ? `'${wideText(BigInt(value))}'` : String(value)
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`
  if (typeof value === 'boolean' && target.flavour !== 'postgres') return value ? '1' : '0'
  return String(value)
}

function columnList(target: SchemaTarget, columns: readonly string[]): string {
  return columns.map((column) => target.names.column(column)).join(', ')
}

function isMysql(target: SchemaTarget): boolean {
  return target.flavour === 'mysql' || target.flavour === 'mariadb'
}

/** The type of a column as the database's catalog names it. */
export function catalogType(flavour: Flavour, column: Column): string {
  const type = typeSql(flavour, column).split(/[ (]/)[0] ?? ''
  return type === 'varchar' && flavour === 'postgres' ? 'character varying' : type
}

/** The collation of text as the database's catalog names it; none where the catalog does not say. */
export function catalogCollation(flavour: Flavour): string | undefined {
  return { sqlite: undefined, postgres: 'C', mysql: 'utf8mb4_0900_bin', mariadb: 'utf8mb4_nopad_bin' }[flavour]
}

/** The name of a column as the database's catalog has it. */
export function catalogColumn(name: string): string {
  return snakeCase(name)
}
