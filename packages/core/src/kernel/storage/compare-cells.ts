import type { CellValue } from './storage.ts'

/** Compares two cells of a column in the order of every storage: null first, text by code point, bytes bytewise, false before true. */
export function compareCells(left: CellValue, right: CellValue): number {
  if (left === null || right === null) return Number(right === null) - Number(left === null)
  if (typeof left === 'string' && typeof right === 'string') return compareText(left, right)
  if (left instanceof Uint8Array && right instanceof Uint8Array) return Buffer.compare(left, right)
  return left < right ? -1 : left > right ? 1 : 0
}

/**
 * The `<` operator compares UTF-16 code units, whose order is that of the code points but for surrogates. Two buffers of UTF-8
 * would have the order too, and made most of the time of a test that sorts.
 */
function compareText(left: string, right: string): number {
  if (left === right) return 0
  const length = Math.min(left.length, right.length)
  for (let at = 0; at < length; at++) {
    const one = left.charCodeAt(at)
    const other = right.charCodeAt(at)
    if (one !== other) return toPointOrder(one) - toPointOrder(other)
  }
  return left.length - right.length
}

/** Moves surrogates, U+D800 to U+DFFF, behind the code units that they come before, which all code points of theirs come after. */
function toPointOrder(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit
}
