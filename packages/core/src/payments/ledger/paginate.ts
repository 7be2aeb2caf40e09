import { setImmediate } from 'node:timers/promises'
import { type RowOf, type Storage, type Table, type Where } from '../../kernel/storage/index.ts'

/** Number of rows per query. */
export const pageSize = 1000

/**
 * Reads all rows of a table in pages, ordered by a unique column, or those after `start`. The next page is
 * read while the caller works on one, and other work runs between two.
 */
export async function* paginate<T extends Table>(
  storage: Storage,
  table: T,
  column: keyof RowOf<T> & string,
  where: (after: string | undefined) => Where<RowOf<T>>,
  toCursor: (row: RowOf<T>) => string,
  start?: string,
): AsyncGenerator<RowOf<T>[]> {
  const readPage = (after: string | undefined): Promise<RowOf<T>[]> => {
    const page = storage.find(table, { where: where(after), orderBy: [[column, 'asc']], limit: pageSize })
    // A page that was read ahead is not awaited if the caller stops.
    page.catch(() => {})
    return page
  }
  for (let next: Promise<RowOf<T>[]> | undefined = readPage(start); next !== undefined; ) {
    const rows: RowOf<T>[] = await next
    const last = rows.at(-1)
    next = last === undefined || rows.length < pageSize ? undefined : readPage(toCursor(last))
    if (rows.length > 0) yield rows
    // Some storages resolve without I/O.
    await setImmediate()
  }
}
