import { BillfoldError } from '@billfold/core'
import type { Column, Row, Table, CellValue } from '@billfold/core/storage'
import { cellsOf } from './connection.ts'
import type { Dialect } from './dialect.ts'
import { wideIntegerOf, wideText } from './wide-text.ts'

/** A value of a column, or one that it is compared with, as the drivers of this database take it. */
export function encode(dialect: Dialect, column: Column | undefined, value: CellValue): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  if (dialect !== 'sqlite') return value
  if (column?.type === 'wideInteger') return typeof value === 'bigint' ? wideText(value) : value
  // SQLite's drivers bind a number as a floating one, and no boolean.
  return typeof value === 'number' || typeof value === 'boolean' ? BigInt(value) : value
}

/** A row as core knows it, whatever the driver made of its cells. */
export function decodeRow(dialect: Dialect, table: Table, row: unknown): Row {
  const cells = cellsOf(row)
  return Object.fromEntries(
    Object.entries(table.columns).map(([name, column]) => [name, decode(dialect, column, cells[name])]),
  )
}

function decode(dialect: Dialect, column: Column, cell: unknown): CellValue {
  if (cell === null) return null
  switch (column.type) {
    case 'text':
      return typeof cell === 'string' ? cell : strange(column)
    case 'integer':
      return integerOf(column, cell)
    case 'bigint':
      return isNumber(cell) ? BigInt(cell) : strange(column)
    case 'wideInteger':
      if (dialect !== 'sqlite') return isNumber(cell) ? BigInt(cell) : strange(column)
      return (typeof cell === 'string' ? wideIntegerOf(cell) : undefined) ?? strange(column)
    case 'boolean':
      return typeof cell === 'boolean' ? cell : integerOf(column, cell) === 1
    case 'bytes':
      return bytesOf(column, cell)
  }
}

function integerOf(column: Column, cell: unknown): number {
  const number = isNumber(cell) ? Number(cell) : Number.NaN
  return Number.isSafeInteger(number) ? number : strange(column)
}

function bytesOf(column: Column, cell: unknown): Uint8Array {
  if (cell instanceof ArrayBuffer) return new Uint8Array(cell)
  return cell instanceof Uint8Array ? Uint8Array.from(cell) : strange(column)
}

/** Integers come as numbers, as BigInts or as text, as the driver and the host's settings of it want. */
function isNumber(cell: unknown): cell is string | number | bigint {
  return typeof cell === 'number' || typeof cell === 'bigint' || (typeof cell === 'string' && /^-?\d+$/.test(cell))
}

function strange(column: Column): never {
  throw new BillfoldError('storage.schema-mismatch', {
    cause: new Error(`a column of ${column.type} holds something else`),
  })
}
