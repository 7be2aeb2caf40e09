import type { Batch, ConditionCheck, ExpectedRows, Insert, Remove, Update, CellValue, Where, Write } from './storage.ts'
import type { RowOf, Table } from './table.ts'
import { newId } from '../ids.ts'

type NumberCells<R> = { readonly [K in keyof R as R[K] extends number | bigint ? K : never]?: R[K] }

/** The change of {@link update}. */
export interface UpdateChange<T extends Table> {
  readonly where: Where<RowOf<T>>
  /** Cells to set. */
  readonly set?: Partial<RowOf<T>>
  /** Amounts to add, atomically. */
  readonly add?: NumberCells<RowOf<T>>
  /** The number of rows that must match; `one` by default. */
  readonly expectedRows?: ExpectedRows
}

/** The change of {@link remove}. */
export interface RemoveChange<T extends Table> {
  readonly where: Where<RowOf<T>>
  /** The number of rows that must match; `one` by default. */
  readonly expectedRows?: ExpectedRows
}

/** The condition of {@link check}. */
export interface CheckCondition<T extends Table> {
  readonly where: Where<RowOf<T>>
  /** The number of rows that must match; `one` by default. */
  readonly expectedRows?: 'one' | 'none'
}

/** Creates a write that inserts a row. */
export function insert<T extends Table>(table: T, row: RowOf<T>): Insert {
  return { kind: 'insert', table, row }
}

/** Creates a write that updates the rows that match `where`: exactly one, unless `expectedRows` is set. */
export function update<T extends Table>(table: T, change: UpdateChange<T>): Update {
  return {
    kind: 'update',
    table,
    where: change.where,
    set: cells(change.set ?? {}),
    add: cells(change.add ?? {}),
    expectedRows: change.expectedRows ?? 'one',
  }
}

/** Creates a write that deletes the rows that match `where`: exactly one, unless `expectedRows` is set. */
export function remove<T extends Table>(table: T, change: RemoveChange<T>): Remove {
  return { kind: 'remove', table, where: change.where, expectedRows: change.expectedRows ?? 'one' }
}

/** Creates a condition check: the commit fails unless exactly one row matches `where`, or none if `expectedRows` is `none`. */
export function check<T extends Table>(table: T, condition: CheckCondition<T>): ConditionCheck {
  return { kind: 'check', table, where: condition.where, expectedRows: condition.expectedRows ?? 'one' }
}

/**
 * Creates a batch of writes with a new id.
 *
 * @example
 * ```ts
 * import { batch, defineTable, insert, integer, isCommitError, memoryStorage, text, update } from '@billfold/core/storage'
 *
 * const stock = defineTable({ name: 'stock', columns: { id: text(36), left: integer() }, key: ['id'] })
 * const storage = memoryStorage()
 * await storage.commit(batch(insert(stock, { id: 'book', left: 1 })))
 * try {
 *   await storage.commit(batch(update(stock, { where: { id: 'book', left: { gt: 0 } }, add: { left: -1 } })))
 * } catch (error) {
 *   if (!isCommitError(error)) throw error // otherwise it is sold out
 * }
 * ```
 */
export function batch(...writes: readonly Write[]): Batch {
  return { id: newId(), writes }
}

/** Widens the cells of a typed partial row: TypeScript cannot see that the cells of a generic row are values. */
function cells<V extends CellValue>(partial: object): Readonly<Record<string, V>> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the only cast, see above
  return partial as Readonly<Record<string, V>>
}
