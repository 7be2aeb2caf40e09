import type { Value } from './storage.ts'

/** Orders two cells of one column as every storage does: null first, text by code point, bytes by byte, false before true. */
export function compareCells(left: Value, right: Value): number {
  if (left === null || right === null) return Number(right === null) - Number(left === null)
  if (typeof left === 'string' && typeof right === 'string') return compareText(left, right)
  if (left instanceof Uint8Array && right instanceof Uint8Array) return Buffer.compare(left, right)
  return left < right ? -1 : left > right ? 1 : 0
}

/** UTF-8 has the order of code points; UTF-16, which `<` compares, has not. */
function compareText(left: string, right: string): number {
  return left === right ? 0 : Buffer.compare(Buffer.from(left), Buffer.from(right))
}
