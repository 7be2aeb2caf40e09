import { selectColumns } from './select-columns.ts'
import type { Row, Storage, Where } from './storage.ts'
import type { Table } from './table.ts'

/** The estimate is at most one part in this many below the number of rows. */
const precision = 64

/**
 * Estimates the number of rows of a table whose primary key is one column, for the total of a progress: exact up to 64 rows, and then up
 * to 2 % too low. A storage cannot count, so this leaps from row to row by offsets that double, and then halves them. It passes about
 * twice over the index of the key, and reads few rows.
 * @throws BillfoldError the errors of the storage
 */
export async function estimateRowCount(storage: Pick<Storage, 'find'>, table: Table): Promise<number> {
  const [key = ''] = table.key
  const keys: Table = selectColumns(table, (columns) =>
    Object.fromEntries(Object.entries(columns).filter(([name]) => name === key)),
  )
  const leap = async (from: Row | undefined, offset: number): Promise<Row | undefined> => {
    const last = from?.[key]
    const where: Where = last === undefined || last === null ? {} : { [key]: { gt: last } }
    const [row] = await storage.find(keys, { where, orderBy: [[key, 'asc']], limit: 1, offset: offset - 1 })
    return row
  }
  let [count, size] = [0, 1]
  let last: Row | undefined
  for (;;) {
    const row = await leap(last, size)
    if (row === undefined) break
    ;[count, last, size] = [count + size, row, size * 2]
  }
  // Fewer than `size` rows remain.
  while (size > Math.max(1, count / precision)) {
    size = Math.ceil(size / 2)
    const row = await leap(last, size)
    if (row !== undefined) [count, last] = [count + size, row]
  }
  return count
}
