import type { CellValue } from './storage.ts'

/** Compares two cells of a column in the order of every storage: null first, text by code point, bytes bytewise, false before true. */
export function compareCells(left: CellValue, right: CellValue): number {
  if (left === null || right === null) return Number(right === null) - Number(left === null)
  if (typeof left === 'string' && typeof right === 'string') return compareText(left, right)
  if (left instanceof Uint8Array && right instanceof Uint8Array) return Buffer.compare(left, right)
  return left < right ? -1 : left > right ? 1 : 0
}

/** UTF-8 preserves code point order. The `<` operator compares UTF-16 code units, which does not. */
function compareText(left: string, right: string): number {
  return left === right ? 0 : Buffer.compare(Buffer.from(left), Buffer.from(right))
}
