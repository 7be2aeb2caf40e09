import type { Value } from './storage.ts'
import type { Column } from './table.ts'
import { bigintRange, storageLimits, wideIntegerRange } from './limits.ts'

const loneSurrogate = /\p{Surrogate}/u

/** What is wrong with a value for a column, in words that hold none of it; undefined when nothing is. */
export function cellFault(column: Column, value: Value | undefined): string | undefined {
  if (value === null) return column.nullable ? undefined : 'must not be null'
  return typeFault(column, value) ?? lengthFault(column, value)
}

/** The same for a value that a cell is compared with, which may be longer than the column. */
export function operandFault(column: Column, value: Value | undefined): string | undefined {
  return value === null ? 'must not be null' : typeFault(column, value)
}

function typeFault(column: Column, value: Value | undefined): string | undefined {
  switch (column.type) {
    case 'text':
      return typeof value === 'string' ? textFault(value) : 'must be text'
    case 'integer':
      return Number.isSafeInteger(value) ? undefined : 'must be a safe integer'
    case 'bigint':
      return isWithin(bigintRange, value) ? undefined : 'must be an integer of 64 bits'
    case 'wideInteger':
      return isWithin(wideIntegerRange, value) ? undefined : 'must be an integer of 38 digits'
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'must be true or false'
    case 'bytes':
      return value instanceof Uint8Array ? undefined : 'must be bytes'
  }
}

function isWithin(
  { least, most }: { readonly least: bigint; readonly most: bigint },
  value: Value | undefined,
): boolean {
  return typeof value === 'bigint' && value >= least && value <= most
}

/** PostgreSQL has no U+0000 in a text, and no database has halves of surrogate pairs: so none is taken anywhere. */
function textFault(value: string): string | undefined {
  if (value.includes('\0')) return 'must not contain U+0000'
  return loneSurrogate.test(value) ? 'must be well-formed Unicode' : undefined
}

function lengthFault(column: Column, value: Value | undefined): string | undefined {
  const length = lengthOf(column, value)
  const most = column.length ?? storageLimits.longValue
  if (length <= most) return undefined
  return `must be at most ${most} ${column.type === 'text' && column.length !== undefined ? 'characters' : 'bytes'} long`
}

function lengthOf(column: Column, value: Value | undefined): number {
  if (value instanceof Uint8Array) return value.length
  if (typeof value !== 'string') return 0
  if (column.length === undefined) return Buffer.byteLength(value)
  return value.length <= column.length ? value.length : codePoints(value)
}

function codePoints(text: string): number {
  let count = 0
  for (const _ of text) count++
  return count
}
