import { isBillfoldError } from '../../kernel/errors.ts'
import type { Row } from '../../kernel/storage/index.ts'
import type { SealedColumn } from '../../kernel/storage/sealed-column.ts'

/** A value that could not be decrypted. */
export interface UnreadableCiphertext {
  readonly table: string
  readonly column: string
  /** The primary key of the row. */
  readonly row: Readonly<Record<string, string>>
  readonly code: 'sealed.invalid' | 'keyring.unknown-key'
}

/** Names the value of a row that could not be decrypted. Returns undefined if the error has another reason. */
export function toUnreadable(column: SealedColumn, row: Row, error: unknown): UnreadableCiphertext | undefined {
  for (const code of ['sealed.invalid', 'keyring.unknown-key'] as const)
    if (isBillfoldError(error, code))
      return { table: column.table.name, column: column.column, row: toPrimaryKey(column, row), code }
  return undefined
}

/** Returns the condition that selects a row by its primary key. */
export function keyWhere({ table }: SealedColumn, row: Row): Row {
  return Object.fromEntries(table.key.map((name) => [name, row[name] ?? null]))
}

function toPrimaryKey(column: SealedColumn, row: Row): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(keyWhere(column, row)).map(([name, value]) => [name, String(value)]))
}
