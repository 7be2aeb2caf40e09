import { setImmediate } from 'node:timers/promises'
import { sealedPrefix } from '../crypto/index.ts'
import type { Row, Storage, Test, Where } from '../storage/index.ts'
import type { SealedColumn } from './sealed-column.ts'

/** How many rows one read takes: few of those whose values may be megabytes. */
const [rowsAtOnce, longRowsAtOnce] = [100, 4]

/**
 * The rows whose value in a column is sealed under any key but this one, a page at a time. They are found by the first bytes of the value,
 * which name the key, so that the database sends nothing of what is sealed under this one.
 */
export async function* olderValues(
  storage: Storage,
  column: SealedColumn,
  currentKeyId: string,
): AsyncGenerator<readonly Row[]> {
  const prefix = sealedPrefix(currentKeyId)
  for (const range of [{ lt: prefix }, { gte: bytesAfter(prefix) }]) yield* valuesIn(storage, column, range)
}

async function* valuesIn(storage: Storage, column: SealedColumn, range: Test): AsyncGenerator<readonly Row[]> {
  const { table, key } = { table: column.table, key: column.table.key }
  const limit = mayBeLong(column) ? longRowsAtOnce : rowsAtOnce
  const orderBy = key.map((name) => [name, 'asc'] as const)
  let parts: readonly Where[] = [{}]
  for (;;) {
    const [part, ...further] = parts
    if (part === undefined) return
    // Some storages answer at once: the requests of the process have their turn here.
    await setImmediate()
    const where = { ...column.where, [column.column]: range, ...part }
    const rows: readonly Row[] = await storage.find(table, { where, orderBy, limit })
    const last = rows.at(-1)
    if (last !== undefined) yield rows
    parts = last !== undefined && rows.length === limit ? partsAfter(key, last) : further
  }
}

/**
 * The rows whose key comes after that of a row, as parts in their order: those that differ from it in the last column of the key only,
 * then those that differ in the last but one, and so on, since a storage compares one column at a time.
 */
function partsAfter(key: readonly string[], row: Row): readonly Where[] {
  return key
    .map((name, index) => ({
      ...Object.fromEntries(key.slice(0, index).map((same) => [same, row[same] ?? null])),
      [name]: { gt: row[name] ?? '' },
    }))
    .toReversed()
}

/** Whether values can be so long that some of them fill the memory. */
export function mayBeLong({ table, column }: SealedColumn): boolean {
  return table.columns[column]?.length === undefined
}

/** The least bytes that come after all that begin with these. */
export function bytesAfter(prefix: Uint8Array): Uint8Array {
  const last = prefix.findLastIndex((byte) => byte < 0xff)
  return Uint8Array.from([...prefix.subarray(0, last), (prefix[last] ?? 0) + 1])
}
