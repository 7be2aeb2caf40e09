import type { CellValue } from './storage.ts'
import type { Column } from './table.ts'
import { bigintRange, storageLimits, wideIntegerRange } from './limits.ts'

const loneSurrogate = /\p{Surrogate}/u

/** Validates a value for a column. Returns the problem, without the value itself, or undefined. */
export function validateCell(column: Column, value: CellValue | undefined): string | undefined {
  if (value === null) return column.nullable ? undefined : 'must not be null'
  return validateType(column, value) ?? validateLength(column, value)
}

/** Validates a value that a cell is compared with. It may be longer than the column. */
export function validateOperand(column: Column, value: CellValue | undefined): string | undefined {
  return value === null ? 'must not be null' : validateType(column, value)
}

function validateType(column: Column, value: CellValue | undefined): string | undefined {
  switch (column.type) {
    case 'text':
      return typeof value === 'string' ? validateText(value) : 'must be text'
    case 'integer':
      return Number.isSafeInteger(value) ? undefined : 'must be a safe integer'
    case 'bigint':
      return isWithin(bigintRange, value) ? undefined : 'must be a 64-bit integer'
    case 'wideInteger':
      return isWithin(wideIntegerRange, value) ? undefined : 'must be an integer of at most 38 digits'
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'must be true or false'
    case 'bytes':
      return value instanceof Uint8Array ? undefined : 'must be bytes'
  }
}

function isWithin({ min, max }: { readonly min: bigint; readonly max: bigint }, value: CellValue | undefined): boolean {
  return typeof value === 'bigint' && value >= min && value <= max
}

/** Rejects U+0000, which PostgreSQL cannot store in text, and lone surrogates, which no database can. */
function validateText(value: string): string | undefined {
  if (value.includes('\0')) return 'must not contain U+0000'
  return loneSurrogate.test(value) ? 'must be well-formed Unicode' : undefined
}

function validateLength(column: Column, value: CellValue | undefined): string | undefined {
  const length = measure(column, value)
  const limit = column.length ?? storageLimits.longValueBytes
  if (length <= limit) return undefined
  return `must be at most ${limit} ${column.type === 'text' && column.length !== undefined ? 'characters' : 'bytes'} long`
}

function measure(column: Column, value: CellValue | undefined): number {
  if (value instanceof Uint8Array) return value.length
  if (typeof value !== 'string') return 0
  if (column.length === undefined) return Buffer.byteLength(value)
  return value.length <= column.length ? value.length : countCodePoints(value)
}

function countCodePoints(text: string): number {
  let count = 0
  for (const _ of text) count++
  return count
}
