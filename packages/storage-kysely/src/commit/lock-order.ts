import type { Table, Condition, Where, Write } from '@billfold/core/storage'

/** A write and its index in the batch. */
export interface IndexedWrite {
  readonly write: Write
  readonly index: number
}

interface AddressedWrite {
  readonly indexed: IndexedWrite
  readonly rowId: string
}

/**
 * Sorts writes so that two batches that touch the same rows lock them in the same order and do not deadlock. Only writes are
 * reordered that each address one row by its whole primary key and change no key, among each other and with inserts of other
 * rows, which follow them: the combined effect does not depend on the order. Only which of them is rejected first does.
 */
export function sortForLocking(writes: readonly Write[]): readonly IndexedWrite[] {
  const sorted: IndexedWrite[] = []
  let addressed: AddressedWrite[] = []
  let inserts: IndexedWrite[] = []
  let changedRows = new Set<string>()
  let insertedRows = new Set<string>()
  const endRun = (): void => {
    const byRow = addressed.toSorted((left, right) =>
      left.rowId < right.rowId ? -1 : left.rowId > right.rowId ? 1 : 0,
    )
    sorted.push(...byRow.map(({ indexed }) => indexed), ...inserts)
    addressed = []
    inserts = []
    changedRows = new Set()
    insertedRows = new Set()
  }
  for (const [index, write] of writes.entries()) {
    const indexed = { write, index }
    const rowId = write.kind === 'insert' ? toInsertedRowId(write.table, write.row) : toRowId(write)
    if (rowId === undefined) {
      endRun()
      sorted.push(indexed)
      continue
    }
    if ((write.kind === 'insert' ? changedRows : insertedRows).has(rowId)) endRun()
    if (write.kind === 'insert') {
      inserts.push(indexed)
      insertedRows.add(rowId)
    } else {
      addressed.push({ indexed, rowId })
      changedRows.add(rowId)
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

/** Identifies the row that an insert creates. */
export function toInsertedRowId(table: Table, row: Where): string | undefined {
  return toRowId({ kind: 'check', table, where: row, expectedRows: 'one' })
}
