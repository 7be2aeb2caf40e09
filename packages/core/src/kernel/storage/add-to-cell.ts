import { bigintRange, wideIntegerRange } from './limits.ts'
import type { CellValue } from './storage.ts'
import type { Column } from './table.ts'

/** Adds to a numeric cell. Returns undefined if the sum is out of the range of the column. */
export function addToCell(
  column: Column | undefined,
  cell: CellValue,
  by: number | bigint,
): number | bigint | undefined {
  if (typeof cell === 'bigint' && typeof by === 'bigint') {
    const { min, max } = column?.type === 'wideInteger' ? wideIntegerRange : bigintRange
    const sum = cell + by
    return sum >= min && sum <= max ? sum : undefined
  }
  if (typeof cell !== 'number' || typeof by !== 'number') return undefined
  return Number.isSafeInteger(cell + by) ? cell + by : undefined
}
