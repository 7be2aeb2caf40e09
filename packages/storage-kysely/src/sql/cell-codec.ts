import { BillfoldError } from '@billfold/core'
import type { Column, Row, Table, CellValue } from '@billfold/core/storage'
import type { Dialect } from './dialect.ts'
import { parseWideIntegerText, toWideIntegerText } from './wide-integer-text.ts'

/** Encodes a value of a column, or an operand that the column is compared with, for the database driver. */
export function encodeCell(dialect: Dialect, column: Column | undefined, value: CellValue): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  if (dialect !== 'sqlite') return value
  if (column?.type === 'wideInteger') return typeof value === 'bigint' ? toWideIntegerText(value) : value
  // The SQLite drivers bind a number as a float and reject booleans.
  return typeof value === 'number' || typeof value === 'boolean' ? BigInt(value) : value
}

/**
 * Decodes a row from the driver into the values that core uses.
 *
 * @throws BillfoldError `storage.schema-mismatch` if a cell does not have the type of its column
 */
export function decodeRow(dialect: Dialect, table: Table, row: unknown): Row {
  const decoded: Record<string, CellValue> = {}
  if (typeof row !== 'object' || row === null) return throwTypeMismatch({ type: 'row' })
  const { columns } = table
  for (const name of Object.keys(columns)) {
    const column = columns[name]
    const cell: unknown = Reflect.get(row, name)
    if (column !== undefined) decoded[name] = decodeCell(dialect, column, cell)
  }
  return decoded
}

function decodeCell(dialect: Dialect, column: Column, cell: unknown): CellValue {
  if (cell === null) return null
  switch (column.type) {
    case 'text':
      return typeof cell === 'string' ? cell : throwTypeMismatch(column)
    case 'integer':
      return decodeInteger(column, cell)
    case 'bigint':
      return isInteger(cell) ? BigInt(cell) : throwTypeMismatch(column)
    case 'wideInteger':
      if (dialect !== 'sqlite') return isInteger(cell) ? BigInt(cell) : throwTypeMismatch(column)
      return (typeof cell === 'string' ? parseWideIntegerText(cell) : undefined) ?? throwTypeMismatch(column)
    case 'boolean':
      return typeof cell === 'boolean' ? cell : decodeInteger(column, cell) === 1
    case 'bytes':
      return decodeBytes(column, cell)
  }
}

function decodeInteger(column: Column, cell: unknown): number {
  const number = isInteger(cell) ? Number(cell) : Number.NaN
  return Number.isSafeInteger(number) ? number : throwTypeMismatch(column)
}

function decodeBytes(column: Column, cell: unknown): Uint8Array {
  if (cell instanceof ArrayBuffer) return new Uint8Array(cell)
  return cell instanceof Uint8Array ? Uint8Array.from(cell) : throwTypeMismatch(column)
}

/** True for a number, a BigInt or decimal text: drivers return integers as any of these, depending on their settings. */
function isInteger(cell: unknown): cell is string | number | bigint {
  return typeof cell === 'number' || typeof cell === 'bigint' || (typeof cell === 'string' && /^-?\d+$/.test(cell))
}

function throwTypeMismatch(column: { readonly type: string }): never {
  throw new BillfoldError('storage.schema-mismatch', {
    cause: new Error(`a column of type ${column.type} contains a value of another type`),
  })
}
