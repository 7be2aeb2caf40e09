import { appliedBatches, type Batch, type Query, type Table, type Write } from '@billfold/core/storage'
import type { Target } from './dialect.ts'
import { shapeOf } from './shapes.ts'
import { marksOf, whereText, writeText } from './write-text.ts'
import { addValues, addWhereValues } from './write-values.ts'

/** One statement and the values of its parameters. */
export interface Statement {
  readonly sql: string
  readonly parameters: readonly unknown[]
}

/** The statement that finds rows: each cell under its name in core. */
export function findStatement(target: Target, table: Table, query: Query): Statement {
  const { names, dialect } = target
  const cells = Object.entries(table.columns).map(([name, column]) => {
    const cell = `t.${names.column(name)}`
    // As text, since some drivers make a floating number of 64 bits.
    const isLong = column.type === 'bigint' || column.type === 'wideInteger'
    const read = isLong ? `cast(${cell} as ${dialect === 'mysql' ? 'char' : 'text'})` : cell
    return `${read} as ${names.quote(name)}`
  })
  const where = query.where ?? {}
  const limit = query.limit === undefined ? '' : ` limit ${query.limit} offset ${query.offset ?? 0}`
  const parameters: unknown[] = []
  addWhereValues(dialect, table, where, parameters)
  return {
    sql: `select ${cells.join(', ')} from ${names.table(table.name)} as t${whereText(target, where, marksOf(target))}${orderText(target, table, query)}${limit}`,
    parameters,
  }
}

/** The statement of one write. That of a check gives the rows that pass, two at most; the others say how many they hit. */
export function writeStatement(target: Target, write: Write): Statement {
  return {
    sql: target.texts(shapeOf(write), () => writeText(target, write, marksOf(target))),
    parameters: valuesOf(target, [write]),
  }
}

/** The statement that keeps the id of a batch. */
export function batchStatement(target: Target, batch: Batch): Statement {
  return writeStatement(target, batchInsert(batch))
}

/** PostgreSQL's statement that keeps the id of a batch and does its first write, in one round trip. */
export function firstStatement(target: Target, batch: Batch, first: Write): Statement {
  const keep = batchInsert(batch)
  const text = (): string => {
    const mark = marksOf(target)
    return `with batch as (${writeText(target, keep, mark)}) ${writeText(target, first, mark)}`
  }
  return { sql: target.texts(`first ${shapeOf(first)}`, text), parameters: valuesOf(target, [keep, first]) }
}

/** The write that keeps the id of a batch. */
export function batchInsert(batch: Batch): Write {
  return { kind: 'insert', table: appliedBatches, row: { id: batch.id, committedAt: Date.now() } }
}

/** The values of writes, one after the other. */
export function valuesOf({ dialect }: Target, writes: readonly Write[]): readonly unknown[] {
  const values: unknown[] = []
  for (const write of writes) addValues(dialect, write, values)
  return values
}

/** PostgreSQL alone has null last; saying so only where a cell can be null lets it use an index elsewhere. */
function orderText(target: Target, table: Table, query: Query): string {
  const terms = (query.orderBy ?? []).map(([name, direction]) => {
    const nulls = target.dialect === 'postgres' && table.columns[name]?.nullable === true
    return `t.${target.names.column(name)} ${direction}${nulls ? (direction === 'asc' ? ' nulls first' : ' nulls last') : ''}`
  })
  return terms.length === 0 ? '' : ` order by ${terms.join(', ')}`
}
