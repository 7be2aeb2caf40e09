import { bigintRange, wideIntegerRange } from './limits.ts'
import type { Value } from './storage.ts'
import type { Column } from './table.ts'

/** Adds to a numeric cell. Returns undefined if the sum is out of the range of the column. */
export function addedCell(column: Column | undefined, cell: Value, by: number | bigint): number | bigint | undefined {
  if (typeof cell === 'bigint' && typeof by === 'bigint') {
    const { least, most } = column?.type === 'wideInteger' ? wideIntegerRange : bigintRange
    const sum = cell + by
    return sum >= least && sum <= most ? sum : undefined
  }
  if (typeof cell !== 'number' || typeof by !== 'number') return undefined
  return Number.isSafeInteger(cell + by) ? cell + by : undefined
}
