import { compareCells } from './compare-cells.ts'
import type { Row, Condition, CellValue, Where } from './storage.ts'

/** Returns true if a row matches all conditions. */
export function matchesWhere(row: Row, where: Where): boolean {
  return Object.entries(where).every(
    ([name, condition]) => condition !== undefined && cellMatches(row[name] ?? null, condition),
  )
}

function cellMatches(cell: CellValue, condition: Condition): boolean {
  if (condition === null) return cell === null
  if (typeof condition !== 'object' || condition instanceof Uint8Array)
    return cell !== null && compareCells(cell, condition) === 0
  if (cell === null) return false
  return (
    (condition.ne === undefined || condition.ne === null || compareCells(cell, condition.ne) !== 0) &&
    (condition.lt === undefined || compareCells(cell, condition.lt) < 0) &&
    (condition.lte === undefined || compareCells(cell, condition.lte) <= 0) &&
    (condition.gt === undefined || compareCells(cell, condition.gt) > 0) &&
    (condition.gte === undefined || compareCells(cell, condition.gte) >= 0) &&
    (condition.in === undefined || condition.in.some((value) => compareCells(cell, value) === 0))
  )
}
