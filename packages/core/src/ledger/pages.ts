import { type RowOf, type Storage, type Table, type Where } from '../storage/index.ts'

/** How many rows one read of an audit takes. */
const pageRows = 1000

/** All rows of a table in the order of a column whose values are unique, a page at a time. */
export async function* pagesBy<T extends Table>(
  storage: Storage,
  table: T,
  column: keyof RowOf<T> & string,
  where: (after: string | undefined) => Where<RowOf<T>>,
  cursorOf: (row: RowOf<T>) => string,
): AsyncGenerator<RowOf<T>[]> {
  let after: string | undefined
  for (;;) {
    const rows = await storage.find(table, { where: where(after), orderBy: [[column, 'asc']], limit: pageRows })
    if (rows.length > 0) yield rows
    const last = rows.at(-1)
    if (last === undefined || rows.length < pageRows) return
    after = cursorOf(last)
  }
}
