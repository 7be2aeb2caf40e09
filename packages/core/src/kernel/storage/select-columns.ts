import type { Column, Table } from './table.ts'

/**
 * Returns a table with some columns of another, for `find`: rows are then read without the other columns, which is what makes a
 * walk over millions of rows cheap. Keys and indexes are those of the whole table.
 *
 * @param table the table
 * @param select returns the columns: those that are read, and those in `where` and `orderBy`
 *
 * @example
 * ```ts
 * import { defineTable, integer, selectColumns, text } from '@billfold/core/storage'
 *
 * const coupons = defineTable({ name: 'coupons', columns: { id: text(36), note: text(), usedAt: integer() }, key: ['id'] })
 * const couponUses = selectColumns(coupons, ({ id, usedAt }) => ({ id, usedAt }))
 * ```
 */
export function selectColumns<
  Columns extends Readonly<Record<string, Column>>,
  const Selected extends Readonly<Record<string, Column>>,
>(table: Table<Columns>, select: (columns: Columns) => Selected): Table<Selected> {
  return Object.freeze({ ...table, columns: select(table.columns) })
}
