import { sealedValuePrefix } from '../kernel/crypto/index.ts'
import { newId } from '../kernel/ids.ts'
import type { CellValue, Column, Row, Table } from '../kernel/storage/index.ts'

/** Creates a row of any table, with nulls where they are allowed, and bytes that look sealed under the key `k1`. */
export function createRow({ columns }: Table): Row {
  return Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, createCell(column)]))
}

function createCell(column: Column): CellValue {
  if (column.nullable) return null
  switch (column.type) {
    case 'text':
      return newId().slice(0, column.length)
    case 'bytes':
      return sealedValuePrefix('k1')
    case 'boolean':
      return false
    case 'integer':
      return 1
    case 'bigint':
    case 'wideInteger':
      return 1n
  }
}
