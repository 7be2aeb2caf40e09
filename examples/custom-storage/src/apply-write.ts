import { BillfoldError } from '@billfold/core'
import {
  addToCell,
  CommitError,
  compareCells,
  matchesWhere,
  type Row,
  type Table,
  type Update,
  type Write,
} from '@billfold/core/storage'

/** Applies a write to the rows of its table and returns the new rows. @throws CommitError if its condition or a unique key fails */
export function applyWrite(rows: readonly Row[], write: Write, index: number): readonly Row[] {
  if (write.kind === 'insert') return insertRow(rows, write.table, write.row, index)
  const matching = rows.filter((row) => matchesWhere(row, write.where))
  if (
    (write.expectedRows === 'one' && matching.length !== 1) ||
    (write.expectedRows === 'none' && matching.length > 0)
  ) {
    throw new CommitError('condition-failed', index)
  }
  if (write.kind === 'check') return rows
  const others = rows.filter((row) => !matching.includes(row))
  if (write.kind === 'remove') return others
  return matching.reduce<readonly Row[]>(
    (result, row) => insertRow(result, write.table, updateRow(row, write), index),
    others,
  )
}

function insertRow(rows: readonly Row[], table: Table, row: Row, index: number): readonly Row[] {
  const keys = [table.key, ...Object.values(table.unique)]
  const isTaken = keys.some((columns) => rows.some((other) => haveEqualKeys(columns, row, other)))
  if (isTaken) throw new CommitError('duplicate', index)
  return [...rows, row]
}

/** Compares two rows by the columns of a key. As in SQL, null does not equal null. */
function haveEqualKeys(columns: readonly string[], left: Row, right: Row): boolean {
  return columns.every((name) => {
    const [one, other] = [left[name] ?? null, right[name] ?? null]
    return one !== null && other !== null && compareCells(one, other) === 0
  })
}

function updateRow(row: Row, write: Update): Row {
  const sums = Object.entries(write.add).map(([name, by]) => {
    const sum = addToCell(write.table.columns[name], row[name] ?? null, by)
    if (sum === undefined)
      throw new BillfoldError('input.invalid', { message: `The sum of column ${name} is out of range` })
    return [name, sum] as const
  })
  return { ...row, ...write.set, ...Object.fromEntries(sums) }
}
