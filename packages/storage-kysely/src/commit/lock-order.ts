import type { Table, Condition, Write } from '@billfold/core/storage'

/** A write and where it stands in its batch. */
export interface Turn {
  readonly write: Write
  readonly index: number
}

/**
 * The writes in an order in which two batches that touch the same rows do not wait for each other in a circle. Only
 * neighbours change places that are each on one row, by its whole primary key, and leave all keys as they are: what they do
 * together is the same in any order. Only which of them is refused first is not.
 */
export function inLockOrder(writes: readonly Write[]): readonly Turn[] {
  const turns: Turn[] = []
  let run: { readonly turn: Turn; readonly row: string }[] = []
  const endRun = (): void => {
    turns.push(
      ...run
        .toSorted((left, right) => (left.row < right.row ? -1 : left.row > right.row ? 1 : 0))
        .map(({ turn }) => turn),
    )
    run = []
  }
  for (const [index, write] of writes.entries()) {
    const row = rowOf(write)
    if (row !== undefined) run.push({ turn: { write, index }, row })
    else {
      endRun()
      turns.push({ write, index })
    }
  }
  endRun()
  return turns
}

/** The one row that a write is on, when it may change places: its table and its whole primary key. */
export function rowOf(write: Write): string | undefined {
  if (write.kind === 'insert' || write.kind === 'remove') return undefined
  if (write.kind === 'update' && setsKey(write.table, write.set)) return undefined
  const cells = write.table.key.map((column) => cellText(write.where[column]))
  return cells.includes(undefined) ? undefined : JSON.stringify([write.table.name, ...cells])
}

function setsKey(table: Table, set: object): boolean {
  return [table.key, ...Object.values(table.unique)].some((columns) => columns.some((column) => column in set))
}

function cellText(test: Condition | undefined): string | undefined {
  if (test === undefined || test === null || typeof test === 'object') return undefined
  return String(test)
}
