import type { Batch, Table, Where, Write } from '@billfold/core/storage'
import type { Target } from '../sql/dialect.ts'
import { inLockOrder, rowOf } from './lock-order.ts'
import { shapeOf } from '../sql/shapes.ts'
import { batchInsert, type Statement, valuesOf } from '../sql/statements.ts'
import { insertText, type Mark, marksOf, writeText } from '../sql/write-text.ts'

/** More writes than this make a text that is dearer to plan than the round trips that it saves. */
const mostWrites = 32

/**
 * PostgreSQL's one statement for a whole batch, its id included; undefined where that would not do exactly what the writes do
 * one after the other. It divides by zero when a guard does not hold. Whatever it fails with, nothing was applied, and a
 * transaction says which write it was: the parts of a statement are done in no order that one can rely on.
 */
export function singleStatement(target: Target, batch: Batch): Statement | undefined {
  if (batch.writes.length > mostWrites || !isExact(batch.writes)) return undefined
  const keep = batchInsert(batch)
  const guarded = inLockOrder(batch.writes).flatMap(({ write }) => (write.kind === 'insert' ? [] : [write]))
  const inserts = [keep, ...byTable(batch.writes.filter((write) => write.kind === 'insert')).flat()]
  const shape = [...guarded, ...inserts].map(shapeOf).join(';')
  return {
    sql: target.texts(`single ${shape}`, () => singleText(target, guarded, inserts)),
    parameters: valuesOf(target, [...guarded, ...inserts]),
  }
}

function singleText(target: Target, guarded: readonly Write[], inserts: readonly Write[]): string {
  const mark = marksOf(target)
  const parts = guarded.map((write, at) => `w${at} as (${guardedText(target, write, mark)})`)
  const guards = guarded.flatMap((write, at) => guardTexts(write, `w${at}`))
  for (const rows of byTable(inserts)) {
    const [first] = rows
    if (first !== undefined) parts.push(`i${parts.length} as (${insertText(target, first.table, rows.length, mark)})`)
  }
  return `with ${parts.join(', ')} select ${guards.length === 0 ? '1' : `1 / case when ${guards.join(' and ')} then 1 else 0 end`}`
}

/** A write on one row by its whole key hits one or none, which is quicker to see than how many. */
function guardTexts(write: Write, part: string): string[] {
  if (write.kind === 'insert' || write.expectedRows === 'any') return []
  if (write.expectedRows === 'one')
    return [isKeyed(write) ? `exists (table ${part})` : `(select count(*) from ${part}) = 1`]
  return [`not exists (table ${part})`]
}

function guardedText(target: Target, write: Write, mark: Mark): string {
  return `${writeText(target, write, mark)}${write.kind === 'check' ? '' : ' returning 1'}`
}

/** The writes of each table, tables in the order in which they come first. */
function byTable(writes: readonly Write[]): readonly (readonly Write[])[] {
  const groups = new Map<Table, Write[]>()
  for (const write of writes) {
    const group = groups.get(write.table)
    if (group === undefined) groups.set(write.table, [write])
    else group.push(write)
  }
  return [...groups.values()]
}

/**
 * The parts of one statement see what was there when it began, and not each other. That is the same as one after the other
 * when no write is on a row that another one makes or changes, and when each but the first is on one row by its whole key:
 * such a row is looked at again after a wait for whoever held it, and a row that came meanwhile is a refusal, which is decided
 * again in a transaction.
 */
function isExact(writes: readonly Write[]): boolean {
  const isOnOneRow = writes.every((write, at) => at === 0 || write.kind === 'insert' || isKeyed(write))
  return isOnOneRow && byTable(writes).every(areApart)
}

function isKeyed(write: Exclude<Write, { kind: 'insert' }>): boolean {
  const { key, unique } = write.table
  return (
    write.expectedRows === 'one' && [key, ...Object.values(unique)].some((columns) => hasWhole(columns, write.where))
  )
}

function hasWhole(columns: readonly string[], where: Where): boolean {
  return columns.every((column) => {
    const test = where[column]
    return test !== undefined && test !== null && (typeof test !== 'object' || test instanceof Uint8Array)
  })
}

/** Whether no two of these writes, all on one table, have to do with each other: only inserts, one alone, or each on a row of its own. */
function areApart(writes: readonly Write[]): boolean {
  if (writes.length === 1 || writes.every((write) => write.kind === 'insert')) return true
  const rows = writes.map((write) => (write.kind === 'insert' ? insertedRow(write.table, write.row) : rowOf(write)))
  const guarded = rows.filter((_, at) => writes[at]?.kind !== 'insert')
  const inserted = new Set(rows.filter((_, at) => writes[at]?.kind === 'insert'))
  return (
    !rows.includes(undefined) && new Set(guarded).size === guarded.length && !guarded.some((row) => inserted.has(row))
  )
}

function insertedRow(table: Table, row: Where): string | undefined {
  return rowOf({ kind: 'check', table, where: row, expectedRows: 'one' })
}
