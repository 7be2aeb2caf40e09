import type { Batch, Check, Hits, Insert, Remove, Update, Value, Where, Write } from './storage.ts'
import type { RowOf, Table } from './table.ts'
import { newId } from '../ids.ts'

type Numbers<R> = { readonly [K in keyof R as R[K] extends number | bigint ? K : never]?: R[K] }

/** Adds a row. */
export function insert<T extends Table>(table: T, row: RowOf<T>): Insert {
  return { kind: 'insert', table, row }
}

/** Changes the rows that pass `where`: exactly one of them, unless `hits` says otherwise. */
export function update<T extends Table>(
  table: T,
  change: { where: Where<RowOf<T>>; set?: Partial<RowOf<T>>; add?: Numbers<RowOf<T>>; hits?: Hits },
): Update {
  return {
    kind: 'update',
    table,
    where: change.where,
    set: cells(change.set ?? {}),
    add: cells(change.add ?? {}),
    hits: change.hits ?? 'one',
  }
}

/** Removes the rows that pass `where`: exactly one of them, unless `hits` says otherwise. */
export function remove<T extends Table>(table: T, change: { where: Where<RowOf<T>>; hits?: Hits }): Remove {
  return { kind: 'remove', table, where: change.where, hits: change.hits ?? 'one' }
}

/** Refuses the batch unless one row (or none, where `hits` says so) passes `where`. */
export function check<T extends Table>(table: T, condition: { where: Where<RowOf<T>>; hits?: 'one' | 'none' }): Check {
  return { kind: 'check', table, where: condition.where, hits: condition.hits ?? 'one' }
}

/**
 * A batch of these writes under a new id.
 *
 * @example
 * ```ts
 * import { batch, defineTable, insert, integer, isCommitError, memoryStorage, text, update } from '@billfold/core'
 *
 * const stock = defineTable({ name: 'stock', columns: { id: text(36), left: integer() }, key: ['id'] })
 * const storage = memoryStorage()
 * await storage.commit(batch(insert(stock, { id: 'book', left: 1 })))
 * try {
 *   await storage.commit(batch(update(stock, { where: { id: 'book', left: { gt: 0 } }, add: { left: -1 } })))
 * } catch (error) {
 *   if (!isCommitError(error)) throw error // else none is left
 * }
 * ```
 */
export function batch(...writes: readonly Write[]): Batch {
  return { id: newId(), writes }
}

/** The cells of a typed partial row, as a storage takes them: TypeScript cannot see that a generic row's cells are values. */
function cells<V extends Value>(partial: object): Readonly<Record<string, V>> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the one place, as said above
  return partial as Readonly<Record<string, V>>
}
