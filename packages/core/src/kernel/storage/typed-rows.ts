import type { Row } from './storage.ts'
import type { RowOf, Table } from './table.ts'

/** Casts rows read from a table to its row type. The only place where the output of a storage is trusted. */
export function typedRows<T extends Table>(_table: T, rows: readonly Row[]): RowOf<T>[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the only cast, see above
  return rows as RowOf<T>[]
}
