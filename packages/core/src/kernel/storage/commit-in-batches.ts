import { setImmediate } from 'node:timers/promises'
import { selectColumns } from './select-columns.ts'
import type { CellValue, Condition, Row, Storage, Where, Write } from './storage.ts'
import type { RowOf, Table } from './table.ts'
import { batch } from './writes.ts'

/** Called after each batch with the number of its rows, and awaited. */
export type ReportRows = (rows: number) => void | Promise<void>

/** Number of rows per batch. */
const rowsPerBatch = 1000

/**
 * Deletes the rows that match, a thousand per commit: a backlog of any size takes no long transaction, and what is deleted before an
 * interruption stays deleted. Safe to run in several processes at once.
 *
 * @param where has an index, and does not match rows that are inserted meanwhile
 * @param report called after each batch
 * @returns the number of rows that were found
 * @throws BillfoldError the errors of the storage
 *
 * @example
 * ```ts
 * import { defineTable, deleteInBatches, integer, memoryStorage, text } from '@billfold/core/storage'
 *
 * const coupons = defineTable({
 *   name: 'coupons',
 *   columns: { id: text(36), expiresAt: integer() },
 *   key: ['id'],
 *   indexes: { byExpiry: ['expiresAt'] },
 * })
 * await deleteInBatches(memoryStorage(), coupons, { expiresAt: { lte: Date.now() } })
 * ```
 */
export function deleteInBatches<T extends Table>(
  storage: Storage,
  table: T,
  where: Where<RowOf<T>>,
  report?: ReportRows,
): Promise<number> {
  return commitInBatches(
    storage,
    table,
    where,
    (rows) => ({ kind: 'remove', table, where: rows, expectedRows: 'any' }),
    report,
  )
}

/**
 * Commits a write for the rows that match, a thousand per commit, until no row matches. So the rows must not match after the write.
 *
 * @param toWrite returns the write for the rows of a condition
 * @returns the number of rows that were found
 * @throws BillfoldError the errors of the storage
 */
export async function commitInBatches<T extends Table>(
  storage: Storage,
  table: T,
  where: Where<RowOf<T>>,
  toWrite: (rows: Where) => Write,
  report?: ReportRows,
): Promise<number> {
  const matching = withoutType(where)
  const keys: Table = selectColumns(table, (columns) =>
    Object.fromEntries(Object.entries(columns).filter(([name]) => table.key.includes(name) || name in where)),
  )
  const limits = Object.entries(matching).filter(isUpperLimit).slice(0, 1)
  const orderBy = limits.map(([column]) => [column, 'asc'] as const)
  let reached: Where = {}
  for (let total = 0; ; ) {
    const rows = await storage.find(keys, { where: { ...matching, ...reached }, orderBy, limit: rowsPerBatch })
    if (rows.length > 0) await storage.commit(batch(toWrite({ ...matching, ...toKeyCondition(table, rows) })))
    // Databases pass over what was deleted for a while: the next batch begins where this one ended.
    reached = Object.fromEntries(limits.map(([column, limit]) => [column, from(limit, rows, column)]))
    total += rows.length
    await report?.(rows.length)
    if (rows.length < rowsPerBatch) return total
    // Some storages resolve without I/O.
    await setImmediate()
  }
}

type UpperLimit = { readonly lt?: NonNullable<CellValue>; readonly lte?: NonNullable<CellValue> }

/** True for a condition on a column that has an upper limit: `expiresAt: { lte: now }`. */
function isUpperLimit(entry: readonly [string, Condition | undefined]): entry is [string, UpperLimit] {
  const [, condition] = entry
  if (typeof condition !== 'object' || condition === null || condition instanceof Uint8Array) return false
  return condition.lt !== undefined || condition.lte !== undefined
}

/** The same limit, from the last of some rows on. */
function from(limit: UpperLimit, rows: readonly Row[], column: string): Condition {
  const last = rows.at(-1)?.[column]
  return last === undefined || last === null ? limit : { ...limit, gte: last }
}

/**
 * Returns a condition that selects about these rows among those that match: the values of the column of the key that has the most, since
 * others, a tenant, can select all.
 */
function toKeyCondition(table: Table, rows: readonly Row[]): Where {
  const conditions = table.key.map((column) => {
    const values = new Set(rows.map((row) => row[column] ?? null))
    return { column, values: [...values].filter((value) => value !== null) }
  })
  const [best] = conditions.toSorted((left, right) => right.values.length - left.values.length)
  return best === undefined ? {} : { [best.column]: { in: best.values } }
}

/** Widens the type: TypeScript cannot see that the conditions of a generic row are conditions of some row. */
function withoutType(where: object): Where {
  return { ...where }
}
