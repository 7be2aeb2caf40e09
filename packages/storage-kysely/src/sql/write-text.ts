import type { Column, Table, Condition, Where, Write } from '@billfold/core/storage'
import type { Target } from './dialect.ts'
import { wideSumSql } from './wide-text.ts'

/** The comparisons of a test beside `in`, in the order in which texts and values have them. */
export const comparisons = ['lt', 'lte', 'gt', 'gte', 'ne'] as const
export type Comparison = (typeof comparisons)[number]

const operators: Readonly<Record<Comparison, string>> = { lt: '<', lte: '<=', gt: '>', gte: '>=', ne: '<>' }

/** Gives the mark of the next parameter. */
export type Mark = () => string

/** The marks of one statement's parameters: `$1`, `$2`, ... or `?`. */
export function marksOf({ dialect }: Target): Mark {
  let count = 0
  return dialect === 'postgres' ? () => `$${++count}` : () => '?'
}

/** The text of a write, which depends on its shape alone. That of a check selects the rows that pass, two at most. */
export function writeText(target: Target, write: Write, mark: Mark): string {
  const { names } = target
  const table = names.table(write.table.name)
  switch (write.kind) {
    case 'insert':
      return insertText(target, write.table, 1, mark)
    case 'update': {
      const set = Object.keys(write.set).map((name) => `${names.column(name)} = ${mark()}`)
      const add = Object.keys(write.add).map(
        (name) => `${names.column(name)} = ${sumText(target, write.table.columns[name], names.column(name), mark)}`,
      )
      return `update ${table} set ${[...set, ...add].join(', ')}${whereText(target, write.where, mark)}`
    }
    case 'remove':
      return `delete from ${table}${whereText(target, write.where, mark)}`
    case 'check':
      return `select 1 from ${table}${whereText(target, write.where, mark)} limit 2${lockText(target)}`
  }
}

/** The text that inserts this many rows into a table, whole rows one after the other. */
export function insertText({ names }: Target, table: Table, rows: number, mark: Mark): string {
  const columns = Object.keys(table.columns)
  const values = Array.from({ length: rows }, () => `(${columns.map(mark).join(', ')})`)
  return `insert into ${names.table(table.name)} (${columns.map(names.column).join(', ')}) values ${values.join(', ')}`
}

function sumText(target: Target, column: Column | undefined, quoted: string, mark: Mark): string {
  return target.dialect === 'sqlite' && column?.type === 'wideInteger' ? wideSumSql(quoted) : `${quoted} + ${mark()}`
}

/** SQLite has one writer at a time, and needs no lock on a row. */
function lockText(target: Target): string {
  return target.dialect === 'sqlite' ? '' : ' for update'
}

/** The text of tests, with the word that begins them; nothing when there is none. */
export function whereText(target: Target, where: Where, mark: Mark): string {
  const tests = Object.entries(where).flatMap(([name, test]) =>
    test === undefined ? [] : testTexts(target, target.names.column(name), test, mark),
  )
  return tests.length === 0 ? '' : ` where ${tests.join(' and ')}`
}

function testTexts(target: Target, column: string, test: Condition, mark: Mark): string[] {
  if (test === null) return [`${column} is null`]
  if (typeof test !== 'object' || test instanceof Uint8Array) return [`${column} = ${mark()}`]
  const texts: string[] = []
  for (const name of comparisons) {
    const operand = test[name]
    if (operand === null) texts.push(`${column} is not null`)
    else if (operand !== undefined) texts.push(`${column} ${operators[name]} ${mark()}`)
  }
  if (test.in !== undefined) texts.push(listText(target, column, test.in.length, mark))
  return texts
}

/** PostgreSQL takes a list of any length as one array, which is one text and one plan for all of them. */
function listText({ dialect }: Target, column: string, length: number, mark: Mark): string {
  if (dialect === 'postgres') return `${column} = any(${mark()})`
  return length === 0 ? '1 = 0' : `${column} in (${Array.from({ length }, mark).join(', ')})`
}
