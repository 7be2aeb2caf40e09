import { setImmediate } from 'node:timers/promises'
import { sealedValuePrefix } from '../../kernel/crypto/index.ts'
import type { Row, Storage, Condition, Where } from '../../kernel/storage/index.ts'
import type { SealedColumn } from '../../kernel/storage/sealed-column.ts'

/** The number of rows per read, and for columns whose values may be megabytes. */
const [rowsPerPage, longRowsPerPage] = [100, 4]

/**
 * Finds rows whose value in a column is sealed under a key other than the current one, page by page. Filters by the
 * prefix of the value, which names the key, so that the database returns no up-to-date values.
 */
export async function* findOutdatedCiphertexts(
  storage: Storage,
  column: SealedColumn,
  currentKeyId: string,
): AsyncGenerator<readonly Row[]> {
  const prefix = sealedValuePrefix(currentKeyId)
  for (const range of [{ lt: prefix }, { gte: prefixUpperBound(prefix) }]) yield* findInRange(storage, column, range)
}

async function* findInRange(storage: Storage, column: SealedColumn, range: Condition): AsyncGenerator<readonly Row[]> {
  const { table, key } = { table: column.table, key: column.table.key }
  const limit = isUnboundedColumn(column) ? longRowsPerPage : rowsPerPage
  const orderBy = key.map((name) => [name, 'asc'] as const)
  let ranges: readonly Where[] = [{}]
  for (;;) {
    const [keyRange, ...further] = ranges
    if (keyRange === undefined) return
    // Yield to other requests: some storages resolve without I/O.
    await setImmediate()
    const where = { ...column.where, [column.column]: range, ...keyRange }
    const rows: readonly Row[] = await storage.find(table, { where, orderBy, limit })
    const last = rows.at(-1)
    if (last !== undefined) yield rows
    ranges = last !== undefined && rows.length === limit ? rangesAfter(key, last) : further
  }
}

/**
 * Splits "rows after this key" into ranges in key order, because a storage compares one column at a time: first the
 * rows that differ in the last key column only, then in the last but one, and so on.
 */
function rangesAfter(key: readonly string[], row: Row): readonly Where[] {
  return key
    .map((name, index) => ({
      ...Object.fromEntries(key.slice(0, index).map((same) => [same, row[same] ?? null])),
      [name]: { gt: row[name] ?? '' },
    }))
    .toReversed()
}

/** Returns true if the column has no length limit, so that a few values could fill the memory. */
export function isUnboundedColumn({ table, column }: SealedColumn): boolean {
  return table.columns[column]?.length === undefined
}

/** Computes the smallest byte string greater than every string with this prefix. */
export function prefixUpperBound(prefix: Uint8Array): Uint8Array {
  const last = prefix.findLastIndex((byte) => byte < 0xff)
  return Uint8Array.from([...prefix.subarray(0, last), (prefix[last] ?? 0) + 1])
}
