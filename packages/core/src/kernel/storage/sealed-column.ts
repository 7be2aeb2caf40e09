import type { EncryptionContext } from '../crypto/index.ts'
import type { Row, RowOf, Table, Where } from './index.ts'

/** A column whose values are sealed by the keyring, with all that is needed to re-encrypt them. */
export interface SealedColumn {
  readonly table: Table
  readonly column: string
  /** Selects the rows whose value is sealed by the keyring, if others are sealed by another key. */
  readonly where: Where
  /** Returns the encryption context of a row's value. */
  toEncryptionContext(row: Row): EncryptionContext
}

/** Declares a column that is sealed by the keyring. Keep the declaration beside the code that seals it. */
export function sealedColumn<T extends Table>(
  table: T,
  column: keyof RowOf<T> & string,
  toEncryptionContext: (row: RowOf<T>) => EncryptionContext,
  where: Where = {},
): SealedColumn {
  return { table, column, where, toEncryptionContext }
}
