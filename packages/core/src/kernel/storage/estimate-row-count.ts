import type { Query, Storage } from './storage.ts'
import type { Table } from './table.ts'

/** The estimate is at most one part in this many below the number of rows. */
const precision = 64

/**
 * Estimates the number of rows of a table, for the total of a progress: exact up to 64 rows, and then up to 2 % too low. A storage
 * cannot count, so this looks for the last row by its position, with a number of queries that grows with the logarithm of the size.
 * @throws BillfoldError the errors of the storage
 */
export async function estimateRowCount(storage: Pick<Storage, 'find'>, table: Table): Promise<number> {
  const orderBy = table.key.map((column) => [column, 'asc'] as const)
  const hasRows = async (count: number): Promise<boolean> => {
    const query: Query = { orderBy, limit: 1, offset: count - 1 }
    return (await storage.find(table, query)).length > 0
  }
  let [atLeast, fewerThan] = [0, 1]
  while (await hasRows(fewerThan)) [atLeast, fewerThan] = [fewerThan, fewerThan * 2]
  while (fewerThan - atLeast > Math.max(1, atLeast / precision)) {
    const middle = Math.floor((atLeast + fewerThan) / 2)
    if (await hasRows(middle)) atLeast = middle
    else fewerThan = middle
  }
  return atLeast
}
