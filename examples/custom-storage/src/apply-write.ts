import { BillfoldError } from '@billfold/core'
import {
  addedCell,
  CommitError,
  compareCells,
  passes,
  type Row,
  type Table,
  type Update,
  type Write,
} from '@billfold/core/storage'

/** The rows of the write's table after it. Throws when it does not hold. */
export function applyWrite(rows: readonly Row[], write: Write, index: number): readonly Row[] {
  if (write.kind === 'insert') return added(rows, write.table, write.row, index)
  const hits = rows.filter((row) => passes(row, write.where))
  if ((write.hits === 'one' && hits.length !== 1) || (write.hits === 'none' && hits.length > 0)) {
    throw new CommitError('guard', index)
  }
  if (write.kind === 'check') return rows
  const others = rows.filter((row) => !hits.includes(row))
  if (write.kind === 'remove') return others
  return hits.reduce<readonly Row[]>((kept, row) => added(kept, write.table, changed(row, write), index), others)
}

function added(rows: readonly Row[], table: Table, row: Row, index: number): readonly Row[] {
  const keys = [table.key, ...Object.values(table.unique)]
  const isTaken = keys.some((columns) => rows.some((other) => equal(columns, row, other)))
  if (isTaken) throw new CommitError('duplicate', index)
  return [...rows, row]
}

/** In a key, null equals no other null. */
function equal(columns: readonly string[], left: Row, right: Row): boolean {
  return columns.every((name) => {
    const [one, other] = [left[name] ?? null, right[name] ?? null]
    return one !== null && other !== null && compareCells(one, other) === 0
  })
}

function changed(row: Row, write: Update): Row {
  const sums = Object.entries(write.add).map(([name, by]) => {
    const sum = addedCell(write.table.columns[name], row[name] ?? null, by)
    if (sum === undefined) throw new BillfoldError('input.invalid', { message: 'A sum is out of range' })
    return [name, sum] as const
  })
  return { ...row, ...write.set, ...Object.fromEntries(sums) }
}
