import { setImmediate } from 'node:timers/promises'
import { readAhead } from '../../kernel/concurrency/read-ahead.ts'
import { type RowOf, type Storage, type Table, type Where } from '../../kernel/storage/index.ts'

/** Number of rows per query. */
export const pageSize = 1000

/**
 * Reads all rows of a table in pages, ordered by a unique column, or those after `start`. The next page is
 * read while the caller works on one, and other work runs between two.
 */
export function paginate<T extends Table>(
  storage: Storage,
  table: T,
  column: keyof RowOf<T> & string,
  where: (after: string | undefined) => Where<RowOf<T>>,
  toCursor: (row: RowOf<T>) => string,
  start?: string,
): AsyncGenerator<RowOf<T>[]> {
  return readAhead(readPages())

  async function* readPages(): AsyncGenerator<RowOf<T>[], void> {
    for (let after = start; ; ) {
      const rows = await storage.find(table, { where: where(after), orderBy: [[column, 'asc']], limit: pageSize })
      // Some storages resolve without I/O.
      await setImmediate()
      if (rows.length > 0) yield rows
      const last = rows.at(-1)
      if (last === undefined || rows.length < pageSize) return
      after = toCursor(last)
    }
  }
}
