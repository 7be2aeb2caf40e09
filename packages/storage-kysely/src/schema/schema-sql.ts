import { type Column, type Table, wideIntegerRange } from '@billfold/core/storage'
import type { Cluster, Flavour, Names } from '../sql/dialect.ts'
import { certifiedColumnSql } from '../sql/galera.ts'
import type { DropIndex, MigrationStep } from './migrations/migration.ts'
import { toWideIntegerText } from '../sql/wide-integer-text.ts'

/** The context of the SQL of a table definition besides the table. */
export interface SchemaTarget {
  readonly flavour: Flavour
  readonly names: Names
  readonly cluster?: Cluster | undefined
}

/** Collations that compare code points; case and trailing spaces are significant. */
const collations: Readonly<Record<Flavour, string>> = {
  sqlite: 'collate binary',
  postgres: 'collate "C"',
  mysql: 'character set utf8mb4 collate utf8mb4_0900_bin',
  mariadb: 'character set utf8mb4 collate utf8mb4_nopad_bin',
}

/** Maximum bytes of an index on InnoDB, where a character takes four. */
const maxIndexBytes = 3072

/** Bytes of a number in an index. */
const numberSizes = { integer: 8, bigint: 8, boolean: 8, wideInteger: 18 } as const

/** Generates the statements of one migration step. */
export function stepSql(target: SchemaTarget, step: MigrationStep): string[] {
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

/** Generates the statement that prepares a table for a cluster in which several servers take writes. */
export function certifyTableSql({ names }: SchemaTarget, table: string): string {
  return `alter table ${names.table(table)} add column if not exists ${certifiedColumnSql}`
}

/** Generates the statements that create a table with its keys and indexes: a single one on MySQL, which has no transactional DDL. */
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
  // On SQLite the schema qualifies the index, elsewhere the table.
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

/** An added column keeps its default, because hosts of the previous release insert without it. */
function columnSql(target: SchemaTarget, name: string, column: Column): string {
  const defaultSql = column.backfill === undefined ? '' : ` default ${defaultLiteral(target, column, column.backfill)}`
  const quoted = target.names.column(name)
  const range = rangeSql(target, quoted, column)
  return `${quoted} ${typeSql(target.flavour, column)}${column.nullable ? '' : ' not null'}${defaultSql}${range}`
}

/** Generates the check of a range that the type does not enforce, so that a sum out of range is rejected. */
function rangeSql(target: SchemaTarget, quoted: string, column: Column): string {
  if (column.type === 'integer')
    return ` check (${quoted} between ${Number.MIN_SAFE_INTEGER} and ${Number.MAX_SAFE_INTEGER})`
  if (column.type === 'boolean' && target.flavour !== 'postgres') return ` check (${quoted} in (0, 1))`
  if (column.type === 'wideInteger') return wideRangeSql(target, quoted)
  return ''
}

/** In a non-strict SQL mode MySQL truncates a sum to the range of its type, so the type has one digit more than the check. */
function wideRangeSql({ flavour }: SchemaTarget, quoted: string): string {
  if (flavour === 'postgres') return ''
  const { min, max } = wideIntegerRange
  const range = flavour === 'sqlite' ? [`'${toWideIntegerText(min)}'`, `'${toWideIntegerText(max)}'`] : [min, max]
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
    if (long && column.length === undefined)
      throw new Error(`${table.name}.${name} has no length and cannot be indexed`)
    size += long ? (column.length ?? 0) * (column.type === 'text' ? 4 : 1) : numberSizes[column.type]
  }
  if (size > maxIndexBytes)
    throw new Error(`the index of ${table.name} on ${columns.join(', ')} exceeds ${maxIndexBytes} bytes: ${size}`)
}

function defaultLiteral(target: SchemaTarget, column: Column, value: string | number | boolean): string {
  if (column.type === 'wideInteger')
    return target.flavour === 'sqlite' ? `'${toWideIntegerText(BigInt(value))}'` : String(value)
  if (typeof value === 'string') return textSql(target, value)
  if (typeof value === 'boolean' && target.flavour !== 'postgres') return value ? '1' : '0'
  return String(value)
}

/** Text that needs no escape in any session: a quote is doubled, and neither backslashes nor encodings matter. */
const plainText = /^[ -[\]-~]*$/

/**
 * Generates an expression for any text, which means the same under any `sql_mode` and character set of MySQL, and any
 * `standard_conforming_strings` of PostgreSQL.
 */
export function textSql(target: SchemaTarget, value: string): string {
  const quoted = `'${value.replaceAll("'", "''")}'`
  if (plainText.test(value) || target.flavour === 'sqlite') return quoted
  if (target.flavour === 'postgres') return value.includes('\\') ? `E${quoted.replaceAll('\\', '\\\\')}` : quoted
  return `(convert(x'${Buffer.from(value).toString('hex')}' using utf8mb4))`
}

function columnList(target: SchemaTarget, columns: readonly string[]): string {
  return columns.map((column) => target.names.column(column)).join(', ')
}

function isMysql(target: SchemaTarget): boolean {
  return target.flavour === 'mysql' || target.flavour === 'mariadb'
}

/** Returns the type of a column as the database's catalog names it. */
export function catalogType(flavour: Flavour, column: Column): string {
  const type = typeSql(flavour, column).split(/[ (]/)[0] ?? ''
  return type === 'varchar' && flavour === 'postgres' ? 'character varying' : type
}

/** Returns the collation of text as the database's catalog names it; undefined on SQLite, whose catalog has none. */
export function catalogCollation(flavour: Flavour): string | undefined {
  return { sqlite: undefined, postgres: 'C', mysql: 'utf8mb4_0900_bin', mariadb: 'utf8mb4_nopad_bin' }[flavour]
}
