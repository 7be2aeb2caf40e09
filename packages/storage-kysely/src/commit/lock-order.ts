import type { Table, Condition, Write } from '@billfold/core/storage'

/** A write and its index in the batch. */
export interface IndexedWrite {
  readonly write: Write
  readonly index: number
}

/**
 * Sorts writes so that two batches that touch the same rows lock them in the same order and do not deadlock. Only adjacent
 * writes are reordered that each address one row by its whole primary key and change no key: their combined effect does not
 * depend on the order. Only which of them is rejected first does.
 */
export function sortForLocking(writes: readonly Write[]): readonly IndexedWrite[] {
  const sorted: IndexedWrite[] = []
  let run: { readonly indexed: IndexedWrite; readonly rowId: string }[] = []
  const endRun = (): void => {
    sorted.push(
      ...run
        .toSorted((left, right) => (left.rowId < right.rowId ? -1 : left.rowId > right.rowId ? 1 : 0))
        .map(({ indexed }) => indexed),
    )
    run = []
  }
  for (const [index, write] of writes.entries()) {
    const rowId = toRowId(write)
    if (rowId !== undefined) run.push({ indexed: { write, index }, rowId })
    else {
      endRun()
      sorted.push({ write, index })
    }
  }
  endRun()
  return sorted
}

/** Identifies the one row a write addresses, by table and primary key; undefined if the write must not be reordered. */
export function toRowId(write: Write): string | undefined {
  if (write.kind === 'insert' || write.kind === 'remove') return undefined
  if (write.kind === 'update' && setsKey(write.table, write.set)) return undefined
  const cells = write.table.key.map((column) => toCellText(write.where[column]))
  return cells.includes(undefined) ? undefined : JSON.stringify([write.table.name, ...cells])
}

function setsKey(table: Table, set: object): boolean {
  return [table.key, ...Object.values(table.unique)].some((columns) => columns.some((column) => column in set))
}

function toCellText(condition: Condition | undefined): string | undefined {
  if (condition === undefined || condition === null || typeof condition === 'object') return undefined
  return String(condition)
}
