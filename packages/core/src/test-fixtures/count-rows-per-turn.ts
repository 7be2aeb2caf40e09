import type { Query, RowOf, Storage, Table } from '../kernel/storage/index.ts'

/** A storage that counts the rows that are read in one turn of the event loop. */
export interface RowsPerTurn<S extends Storage> {
  readonly storage: S
  /** The most rows that were read in one turn so far. */
  readonly max: () => number
}

/** Counts the rows that are read in one turn of the event loop: a walk over a table that yields reads few in each. */
export function countRowsPerTurn<S extends Storage>(inner: S): RowsPerTurn<S> {
  let [rows, max, isCounting] = [0, 0, false]
  const count = (added: number): void => {
    rows += added
    max = Math.max(max, rows)
    if (isCounting) return
    isCounting = true
    setImmediate(() => {
      ;[rows, isCounting] = [0, false]
    })
  }
  const find = async <T extends Table>(table: T, query?: Query<RowOf<T>>): Promise<RowOf<T>[]> => {
    const found = await inner.find(table, query)
    count(found.length)
    return found
  }
  return { storage: { ...inner, find, commit: (one) => inner.commit(one) }, max: () => max }
}
