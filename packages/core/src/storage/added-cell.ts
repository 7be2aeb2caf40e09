import { bigintRange } from './limits.ts'
import type { Value } from './storage.ts'

/** The sum of a cell and what is added to it; undefined when the sum does not fit the column. */
export function addedCell(cell: Value, by: number | bigint): number | bigint | undefined {
  if (typeof cell === 'bigint' && typeof by === 'bigint') {
    const sum = cell + by
    return sum >= bigintRange.least && sum <= bigintRange.most ? sum : undefined
  }
  if (typeof cell !== 'number' || typeof by !== 'number') return undefined
  return Number.isSafeInteger(cell + by) ? cell + by : undefined
}
