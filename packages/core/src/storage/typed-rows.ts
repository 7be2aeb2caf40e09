import type { Row } from './storage.ts'
import type { RowOf, Table } from './table.ts'

/** Rows that a storage has read from this table, with the table's types: the one place where a storage's word is taken for them. */
export function typedRows<T extends Table>(_table: T, rows: readonly Row[]): RowOf<T>[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the one place, as said above
  return rows as RowOf<T>[]
}
