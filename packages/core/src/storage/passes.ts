import { compareCells } from './order.ts'
import type { Row, Test, Value, Where } from './storage.ts'

/** Whether a row passes all tests. */
export function passes(row: Row, where: Where): boolean {
  return Object.entries(where).every(([name, test]) => test !== undefined && cellPasses(row[name] ?? null, test))
}

function cellPasses(cell: Value, test: Test): boolean {
  if (test === null) return cell === null
  if (typeof test !== 'object' || test instanceof Uint8Array) return cell !== null && compareCells(cell, test) === 0
  if (cell === null) return false
  return (
    (test.ne === undefined || test.ne === null || compareCells(cell, test.ne) !== 0) &&
    (test.lt === undefined || compareCells(cell, test.lt) < 0) &&
    (test.lte === undefined || compareCells(cell, test.lte) <= 0) &&
    (test.gt === undefined || compareCells(cell, test.gt) > 0) &&
    (test.gte === undefined || compareCells(cell, test.gte) >= 0) &&
    (test.in === undefined || test.in.some((value) => compareCells(cell, value) === 0))
  )
}
