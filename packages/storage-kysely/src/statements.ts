import {
  batches,
  type Batch,
  type Column,
  type Query,
  type Table,
  type Test,
  type Value,
  type Where,
  type Write,
} from '@billfold/core/storage'
import { encode } from './cells.ts'
import type { Dialect, Names } from './dialect.ts'
import { wideSumParameters, wideSumSql } from './wide-text.ts'

/** What the text of a statement depends on beside the write itself. */
export interface Target {
  readonly dialect: Dialect
  readonly names: Names
}

/** One statement and the values of its parameters. */
export interface Statement {
  readonly sql: string
  readonly parameters: readonly unknown[]
}

/** Takes the value of a parameter, and gives its mark. */
type Put = (column: Column | undefined, value: Value) => string

const comparisons = { lt: '<', lte: '<=', gt: '>', gte: '>=', ne: '<>' } as const

/** The statement that finds rows: each cell under its name in core. */
export function findStatement(target: Target, table: Table, query: Query): Statement {
  return written(target, (put) => {
    const { names } = target
    const cells = Object.entries(table.columns).map(([name, column]) => {
      const cell = `t.${names.column(name)}`
      // As text, since some drivers make a floating number of 64 bits.
      const isLong = column.type === 'bigint' || column.type === 'wideInteger'
      const read = isLong ? `cast(${cell} as ${target.dialect === 'mysql' ? 'char' : 'text'})` : cell
      return `${read} as ${names.quote(name)}`
    })
    const limit = query.limit === undefined ? '' : ` limit ${query.limit} offset ${query.offset ?? 0}`
    return `select ${cells.join(', ')} from ${names.table(table.name)} as t${whereText(target, table, query.where ?? {}, put)}${orderText(target, table, query)}${limit}`
  })
}

/** The statement of one write. That of a check gives the rows that pass, two at most; the others say how many they hit. */
export function writeStatement(target: Target, write: Write): Statement {
  return written(target, (put) => writeText(target, write, put))
}

/** The statement that keeps the id of a batch. */
export function batchStatement(target: Target, batch: Batch): Statement {
  return written(target, (put) => writeText(target, batchInsert(batch), put))
}

/** PostgreSQL's statement that keeps the id of a batch and does its first write, in one round trip. */
export function firstStatement(target: Target, batch: Batch, first: Write): Statement {
  return written(
    target,
    (put) => `with batch as (${writeText(target, batchInsert(batch), put)}) ${writeText(target, first, put)}`,
  )
}

function batchInsert(batch: Batch): Write {
  return { kind: 'insert', table: batches, row: { id: batch.id, committedAt: Date.now() } }
}

function written(target: Target, write: (put: Put) => string): Statement {
  const parameters: unknown[] = []
  const put: Put = (column, value) => {
    parameters.push(encode(target.dialect, column, value))
    return target.dialect === 'postgres' ? `$${parameters.length}` : '?'
  }
  return { sql: write(put), parameters }
}

function writeText(target: Target, write: Write, put: Put): string {
  const { names } = target
  const table = names.table(write.table.name)
  const { columns } = write.table
  switch (write.kind) {
    case 'insert': {
      const cells = Object.entries(write.row)
      return `insert into ${table} (${cells.map(([name]) => names.column(name)).join(', ')}) values (${cells.map(([name, cell]) => put(columns[name], cell)).join(', ')})`
    }
    case 'update': {
      const set = Object.entries(write.set).map(([name, cell]) => `${names.column(name)} = ${put(columns[name], cell)}`)
      const add = Object.entries(write.add).map(
        ([name, by]) => `${names.column(name)} = ${sumText(target, columns[name], names.column(name), by, put)}`,
      )
      return `update ${table} set ${[...set, ...add].join(', ')}${whereText(target, write.table, write.where, put)}`
    }
    case 'remove':
      return `delete from ${table}${whereText(target, write.table, write.where, put)}`
    case 'check':
      return `select 1 from ${table}${whereText(target, write.table, write.where, put)} limit 2${lockText(target)}`
  }
}

function sumText(target: Target, column: Column | undefined, quoted: string, by: number | bigint, put: Put): string {
  if (target.dialect !== 'sqlite' || column?.type !== 'wideInteger') return `${quoted} + ${put(column, by)}`
  for (const limb of wideSumParameters(BigInt(by))) put(undefined, limb)
  return wideSumSql(quoted)
}

/** SQLite has one writer at a time, and needs no lock on a row. */
function lockText(target: Target): string {
  return target.dialect === 'sqlite' ? '' : ' for update'
}

function whereText(target: Target, table: Table, where: Where, put: Put): string {
  const tests = Object.entries(where).flatMap(([name, test]) =>
    test === undefined ? [] : testTexts(target.names.column(name), test, (value) => put(table.columns[name], value)),
  )
  return tests.length === 0 ? '' : ` where ${tests.join(' and ')}`
}

function testTexts(column: string, test: Test, put: (value: Value) => string): string[] {
  if (test === null) return [`${column} is null`]
  if (typeof test !== 'object' || test instanceof Uint8Array) return [`${column} = ${put(test)}`]
  const texts: string[] = []
  for (const name of ['lt', 'lte', 'gt', 'gte', 'ne'] as const) {
    const operand = test[name]
    if (operand === null) texts.push(`${column} is not null`)
    else if (operand !== undefined) texts.push(`${column} ${comparisons[name]} ${put(operand)}`)
  }
  if (test.in !== undefined)
    texts.push(test.in.length === 0 ? '1 = 0' : `${column} in (${test.in.map(put).join(', ')})`)
  return texts
}

/** PostgreSQL alone has null last; saying so only where a cell can be null lets it use an index elsewhere. */
function orderText(target: Target, table: Table, query: Query): string {
  const terms = (query.orderBy ?? []).map(([name, direction]) => {
    const nulls = target.dialect === 'postgres' && table.columns[name]?.nullable === true
    return `t.${target.names.column(name)} ${direction}${nulls ? (direction === 'asc' ? ' nulls first' : ' nulls last') : ''}`
  })
  return terms.length === 0 ? '' : ` order by ${terms.join(', ')}`
}
