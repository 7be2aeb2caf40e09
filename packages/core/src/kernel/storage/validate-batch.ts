import { BillfoldError, type Issue } from '../errors.ts'
import { validateCell, validateOperand } from './validate-cell.ts'
import { storageLimits } from './limits.ts'
import type { Batch, Query, Condition, Update, CellValue, Where, Write } from './storage.ts'
import type { Column, RowOf, Table } from './table.ts'

type Report = (path: string, message: string | undefined) => void

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const numberTypes: ReadonlySet<Column['type']> = new Set(['integer', 'bigint', 'wideInteger'])
const comparisons: ReadonlySet<string> = new Set(['lt', 'lte', 'gt', 'gte'])

/**
 * Validates a batch: the id is a lower-case UUID, there are not too many writes, rows have exactly the columns of their table,
 * and every value fits its column. A storage adapter calls it first in `commit`.
 *
 * @throws BillfoldError `input.invalid` with issues that name the columns, never the values
 */
export function validateBatch(batch: Batch): void {
  throwIssues((report) => {
    if (!uuid.test(batch.id)) report('id', 'must be a UUID')
    if (batch.writes.length > storageLimits.writesPerBatch)
      report('writes', `must be at most ${storageLimits.writesPerBatch}`)
    else batch.writes.forEach((write, index) => validateWrite(write, `writes.${index}`, report))
  })
}

/**
 * Validates a query and returns it without the types of its table. A storage adapter calls it first in `find`.
 *
 * @throws BillfoldError `input.invalid` with issues that name the columns, never the values
 */
export function validateQuery<T extends Table>(table: T, query: Query<RowOf<T>> = {}): Query {
  const untyped = withoutTypes(query)
  throwIssues((report) => {
    validateWhere(table, untyped.where ?? {}, 'where', report)
    for (const [name] of untyped.orderBy ?? []) {
      const column = findColumn(table, name)
      report(`orderBy.${name}`, column === undefined ? 'is not a column' : validateOrder(column))
    }
    for (const name of ['limit', 'offset'] as const) {
      const value = untyped[name]
      if (value !== undefined && !(Number.isSafeInteger(value) && value >= 0))
        report(name, 'must be a non-negative integer')
    }
    if (untyped.offset !== undefined && untyped.limit === undefined) report('offset', 'requires a limit')
  })
  return untyped
}

function validateOrder(column: Column): string | undefined {
  const long = column.length === undefined && (column.type === 'text' || column.type === 'bytes')
  return long ? 'has no maximum length and cannot be ordered by' : undefined
}

function validateWrite(write: Write, path: string, report: Report): void {
  if (write.kind === 'insert') {
    validateCells(write.table, write.row, `${path}.row`, report)
    for (const name of Object.keys(write.table.columns))
      if (!(name in write.row)) report(`${path}.row.${name}`, 'is missing')
    return
  }
  validateWhere(write.table, write.where, `${path}.where`, report)
  if (write.kind === 'update') validateChange(write, path, report)
}

function validateChange(write: Update, path: string, report: Report): void {
  validateCells(write.table, write.set, `${path}.set`, report)
  for (const [name, value] of Object.entries(write.add)) {
    const column = findColumn(write.table, name)
    const isNumber = column !== undefined && numberTypes.has(column.type) && !column.nullable
    report(`${path}.add.${name}`, isNumber ? validateOperand(column, value) : 'is not a non-nullable number column')
    if (name in write.set) report(`${path}.add.${name}`, 'is also in set')
  }
  if (Object.keys(write.set).length + Object.keys(write.add).length === 0) report(path, 'changes nothing')
}

function validateCells(
  table: Table,
  cells: Readonly<Record<string, CellValue | undefined>>,
  path: string,
  report: Report,
): void {
  for (const [name, value] of Object.entries(cells)) {
    const column = findColumn(table, name)
    report(`${path}.${name}`, column === undefined ? 'is not a column' : validateCell(column, value))
  }
}

function validateWhere(table: Table, where: Where, path: string, report: Report): void {
  for (const [name, condition] of Object.entries(where)) {
    const column = findColumn(table, name)
    if (column === undefined) report(`${path}.${name}`, 'is not a column')
    else validateCondition(column, condition, `${path}.${name}`, report)
  }
}

/** An undefined condition is invalid, not absent: a forgotten value must not match every row. */
function validateCondition(column: Column, condition: Condition | undefined, path: string, report: Report): void {
  if (condition === null) return
  if (typeof condition !== 'object' || condition instanceof Uint8Array)
    return report(path, validateOperand(column, condition))
  const entries = Object.entries(condition)
  if (entries.length === 0) report(path, 'is an empty condition')
  for (const [name, operand] of entries) report(`${path}.${name}`, validateComparison(column, name, operand))
}

function validateComparison(
  column: Column,
  name: string,
  operand: CellValue | readonly CellValue[] | undefined,
): string | undefined {
  if (name === 'in') {
    if (!isList(operand)) return 'must be a list'
    if (operand.length > storageLimits.valuesPerIn) return `must be at most ${storageLimits.valuesPerIn} values`
    return operand.map((value) => validateOperand(column, value)).find((issue) => issue !== undefined)
  }
  if (isList(operand)) return 'must be one value'
  if (name === 'ne') return operand === null ? undefined : validateOperand(column, operand)
  return comparisons.has(name) ? validateOperand(column, operand) : 'is not a comparison'
}

function isList(operand: CellValue | readonly CellValue[] | undefined): operand is readonly CellValue[] {
  return Array.isArray(operand)
}

function findColumn(table: Table, name: string): Column | undefined {
  return Object.hasOwn(table.columns, name) ? table.columns[name] : undefined
}

function throwIssues(collect: (report: Report) => void): void {
  const issues: Issue[] = []
  collect((path, message) => {
    if (message !== undefined) issues.push({ path, message })
  })
  if (issues.length > 0) throw new BillfoldError('input.invalid', { issues })
}

/** Widens the type: TypeScript cannot see that the conditions of a generic row are conditions of some row. */
function withoutTypes(query: object): Query {
  return query
}
