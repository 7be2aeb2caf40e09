import type { Column, Table, Condition, Where, Write } from '@billfold/core/storage'
import type { Target } from './dialect.ts'
import { certifiedAssignmentSql } from './galera.ts'
import { wideIntegerSumSql } from './wide-integer-text.ts'

/** The comparison operators besides `in`, in the order of their placeholders and parameters. */
export const comparisons = ['lt', 'lte', 'gt', 'gte', 'ne'] as const
export type Comparison = (typeof comparisons)[number]

const operators: Readonly<Record<Comparison, string>> = { lt: '<', lte: '<=', gt: '>', gte: '>=', ne: '<>' }

/** Returns the placeholder of the next parameter. */
export type Placeholder = () => string

/** Creates the placeholders of one statement: `$1`, `$2`, ... on PostgreSQL, `?` elsewhere. */
export function placeholdersFor({ dialect }: Target): Placeholder {
  let count = 0
  return dialect === 'postgres' ? () => `$${++count}` : () => '?'
}

/** Generates the SQL of a write, which depends on its cache key only. A check selects at most two matching rows. */
export function writeSql(target: Target, write: Write, placeholder: Placeholder): string {
  const { names } = target
  const table = names.table(write.table.name)
  switch (write.kind) {
    case 'insert':
      return insertSql(target, write.table, 1, placeholder)
    case 'update': {
      const set = Object.keys(write.set).map((name) => `${names.column(name)} = ${placeholder()}`)
      const add = Object.keys(write.add).map(
        (name) =>
          `${names.column(name)} = ${sumSql(target, write.table.columns[name], names.column(name), placeholder)}`,
      )
      const certified = target.cluster === 'galera' ? [certifiedAssignmentSql] : []
      return `update ${table} set ${[...set, ...add, ...certified].join(', ')}${whereSql(target, write.where, placeholder)}`
    }
    case 'remove':
      return `delete from ${table}${whereSql(target, write.where, placeholder)}`
    case 'check':
      return `select 1 from ${table}${whereSql(target, write.where, placeholder)} limit 2${lockSql(target)}`
  }
}

/** Generates the SQL that inserts `rows` complete rows into a table. */
export function insertSql({ names }: Target, table: Table, rows: number, placeholder: Placeholder): string {
  const columns = Object.keys(table.columns)
  const values = Array.from({ length: rows }, () => `(${columns.map(placeholder).join(', ')})`)
  return `insert into ${names.table(table.name)} (${columns.map(names.column).join(', ')}) values ${values.join(', ')}`
}

function sumSql(target: Target, column: Column | undefined, quoted: string, placeholder: Placeholder): string {
  return target.dialect === 'sqlite' && column?.type === 'wideInteger'
    ? wideIntegerSumSql(quoted)
    : `${quoted} + ${placeholder()}`
}

/** SQLite has a single writer and needs no row lock. */
function lockSql(target: Target): string {
  return target.dialect === 'sqlite' ? '' : ' for update'
}

/** Generates a `where` clause, or empty text if there are no conditions. */
export function whereSql(target: Target, where: Where, placeholder: Placeholder): string {
  const conditions = Object.entries(where).flatMap(([name, condition]) =>
    condition === undefined ? [] : conditionSql(target, target.names.column(name), condition, placeholder),
  )
  return conditions.length === 0 ? '' : ` where ${conditions.join(' and ')}`
}

function conditionSql(target: Target, column: string, condition: Condition, placeholder: Placeholder): string[] {
  if (condition === null) return [`${column} is null`]
  if (typeof condition !== 'object' || condition instanceof Uint8Array) return [`${column} = ${placeholder()}`]
  const parts: string[] = []
  for (const name of comparisons) {
    const operand = condition[name]
    if (operand === null) parts.push(`${column} is not null`)
    else if (operand !== undefined) parts.push(`${column} ${operators[name]} ${placeholder()}`)
  }
  if (condition.in !== undefined) parts.push(inListSql(target, column, condition.in.length, placeholder))
  return parts
}

/** PostgreSQL takes the list as one array, so that lists of all lengths share one statement and one plan. */
function inListSql({ dialect }: Target, column: string, length: number, placeholder: Placeholder): string {
  if (dialect === 'postgres') return `${column} = any(${placeholder()})`
  return length === 0 ? '1 = 0' : `${column} in (${Array.from({ length }, placeholder).join(', ')})`
}
