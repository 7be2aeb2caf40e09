import type { Batch, Table, Where, Write } from '@billfold/core/storage'
import type { Target } from '../sql/dialect.ts'
import { sortForLocking, toInsertedRowId, toRowId } from './lock-order.ts'
import { toCacheKey } from '../sql/cache-key.ts'
import { batchIdInsert, type Statement, parametersFor } from '../sql/statements.ts'
import { insertSql, type Placeholder, placeholdersFor, writeSql } from '../sql/write-sql.ts'

/** Beyond this, planning the statement costs more than the round trips it saves. */
const maxWrites = 32

/**
 * Builds the PostgreSQL statement of a whole batch, including its id. Returns undefined if the statement would not be
 * equivalent to the writes in sequence. It divides by zero if a condition fails. If it fails, nothing was applied, and a
 * transaction has to find out which write was rejected: the parts of a statement run in no defined order.
 */
export function singleStatement(target: Target, batch: Batch): Statement | undefined {
  if (batch.writes.length > maxWrites || !isEquivalent(batch.writes)) return undefined
  const idInsert = batchIdInsert(batch)
  const conditional = sortForLocking(batch.writes).flatMap(({ write }) => (write.kind === 'insert' ? [] : [write]))
  const inserts = [idInsert, ...groupByTable(batch.writes.filter((write) => write.kind === 'insert')).flat()]
  const key = [...conditional, ...inserts].map(toCacheKey).join(';')
  return {
    sql: target.statements(`single ${key}`, () => singleSql(target, conditional, inserts)),
    parameters: parametersFor(target, [...conditional, ...inserts]),
  }
}

function singleSql(target: Target, conditional: readonly Write[], inserts: readonly Write[]): string {
  const placeholder = placeholdersFor(target)
  const parts = conditional.map((write, at) => `w${at} as (${partSql(target, write, placeholder)})`)
  const conditions = conditional.flatMap((write, at) => conditionSql(write, `w${at}`))
  for (const rows of groupByTable(inserts)) {
    const [first] = rows
    if (first !== undefined)
      parts.push(`i${parts.length} as (${insertSql(target, first.table, rows.length, placeholder)})`)
  }
  return `with ${parts.join(', ')} select ${conditions.length === 0 ? '1' : `1 / case when ${conditions.join(' and ')} then 1 else 0 end`}`
}

/** A write addressed by a whole key affects at most one row, and `exists` is faster than a count. */
function conditionSql(write: Write, part: string): string[] {
  if (write.kind === 'insert' || write.expectedRows === 'any') return []
  if (write.expectedRows === 'one')
    return [isKeyed(write) ? `exists (table ${part})` : `(select count(*) from ${part}) = 1`]
  return [`not exists (table ${part})`]
}

function partSql(target: Target, write: Write, placeholder: Placeholder): string {
  return `${writeSql(target, write, placeholder)}${write.kind === 'check' ? '' : ' returning 1'}`
}

/** Groups writes by table, in the order in which the tables first appear. */
function groupByTable(writes: readonly Write[]): readonly (readonly Write[])[] {
  const groups = new Map<Table, Write[]>()
  for (const write of writes) {
    const group = groups.get(write.table)
    if (group === undefined) groups.set(write.table, [write])
    else group.push(write)
  }
  return [...groups.values()]
}

/**
 * The parts of one statement see the data as of its start, and not each other's effects. That is equivalent to a sequence if
 * no write addresses a row that another one creates or changes, and if each but the first addresses one row by a whole key:
 * after waiting for a lock, PostgreSQL evaluates such a row again, and a row created meanwhile fails the statement, which is
 * then decided in a transaction.
 */
function isEquivalent(writes: readonly Write[]): boolean {
  const areKeyed = writes.every((write, at) => at === 0 || write.kind === 'insert' || isKeyed(write))
  return areKeyed && groupByTable(writes).every(areIndependent)
}

function isKeyed(write: Exclude<Write, { kind: 'insert' }>): boolean {
  const { key, unique } = write.table
  return (
    write.expectedRows === 'one' &&
    [key, ...Object.values(unique)].some((columns) => hasAllColumns(columns, write.where))
  )
}

function hasAllColumns(columns: readonly string[], where: Where): boolean {
  return columns.every((column) => {
    const condition = where[column]
    return (
      condition !== undefined &&
      condition !== null &&
      (typeof condition !== 'object' || condition instanceof Uint8Array)
    )
  })
}

/** True if these writes, all on one table, are independent: inserts only, a single write, or each on its own row. */
function areIndependent(writes: readonly Write[]): boolean {
  if (writes.length === 1 || writes.every((write) => write.kind === 'insert')) return true
  const rows = writes.map((write) =>
    write.kind === 'insert' ? toInsertedRowId(write.table, write.row) : toRowId(write),
  )
  const conditional = rows.filter((_, at) => writes[at]?.kind !== 'insert')
  const inserted = new Set(rows.filter((_, at) => writes[at]?.kind === 'insert'))
  return (
    !rows.includes(undefined) &&
    new Set(conditional).size === conditional.length &&
    !conditional.some((row) => inserted.has(row))
  )
}
