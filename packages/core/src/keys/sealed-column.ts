import type { Place } from '../crypto/index.ts'
import type { Row, RowOf, Table, Where } from '../storage/index.ts'

/** A column whose values the keyring seals: what it takes to seal them again under another of its keys. */
export interface SealedColumn {
  readonly table: Table
  readonly column: string
  /** The rows whose value the keyring seals, where others are sealed otherwise. */
  readonly where: Where
  /** Where the value of a row is sealed for. */
  placeOf(row: Row): Place
}

/** Names a column that the keyring seals, beside the code that seals it. */
export function sealedColumn<T extends Table>(
  table: T,
  column: keyof RowOf<T> & string,
  placeOf: (row: RowOf<T>) => Place,
  where: Where = {},
): SealedColumn {
  return { table, column, where, placeOf }
}
