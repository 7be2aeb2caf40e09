import { BillfoldError, type Issue } from '../errors.ts'
import { cellFault, operandFault } from './cell-check.ts'
import { storageLimits } from './limits.ts'
import type { Batch, Query, Test, Update, Value, Where, Write } from './storage.ts'
import type { Column, RowOf, Table } from './table.ts'

type Fault = (path: string, message: string | undefined) => void

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const numberTypes: ReadonlySet<Column['type']> = new Set(['integer', 'bigint', 'wideInteger'])
const comparisons: ReadonlySet<string> = new Set(['lt', 'lte', 'gt', 'gte'])

/**
 * Refuses a batch that no storage takes: an id that is not a UUID in lower case, too many writes, a column that the table
 * does not have or a row that lacks one, a value that does not fit its column. A storage calls it before it does anything.
 *
 * @throws BillfoldError `input.invalid`, whose issues name the columns and never the values
 */
export function checkBatch(batch: Batch): void {
  throwFaults((fault) => {
    if (!uuid.test(batch.id)) fault('id', 'must be a UUID')
    if (batch.writes.length > storageLimits.writes) fault('writes', `must be at most ${storageLimits.writes}`)
    else batch.writes.forEach((write, index) => checkWrite(write, `writes.${index}`, fault))
  })
}

/**
 * Refuses a query that no storage takes, and gives it back as a storage works on it, without the types of its table.
 *
 * @throws BillfoldError `input.invalid`, whose issues name the columns and never the values
 */
export function checkQuery<T extends Table>(table: T, query: Query<RowOf<T>> = {}): Query {
  const untyped = withoutTypes(query)
  throwFaults((fault) => {
    checkWhere(table, untyped.where ?? {}, 'where', fault)
    for (const [name] of untyped.orderBy ?? []) {
      const column = columnOf(table, name)
      fault(`orderBy.${name}`, column === undefined ? 'is not a column' : orderFault(column))
    }
    for (const name of ['limit', 'offset'] as const) {
      const value = untyped[name]
      if (value !== undefined && !(Number.isSafeInteger(value) && value >= 0)) fault(name, 'must be a count')
    }
    if (untyped.offset !== undefined && untyped.limit === undefined) fault('offset', 'needs a limit')
  })
  return untyped
}

function orderFault(column: Column): string | undefined {
  const long = column.length === undefined && (column.type === 'text' || column.type === 'bytes')
  return long ? 'is too long to order by' : undefined
}

function checkWrite(write: Write, path: string, fault: Fault): void {
  if (write.kind === 'insert') {
    checkCells(write.table, write.row, `${path}.row`, fault)
    for (const name of Object.keys(write.table.columns))
      if (!(name in write.row)) fault(`${path}.row.${name}`, 'is missing')
    return
  }
  checkWhere(write.table, write.where, `${path}.where`, fault)
  if (write.kind === 'update') checkChange(write, path, fault)
}

function checkChange(write: Update, path: string, fault: Fault): void {
  checkCells(write.table, write.set, `${path}.set`, fault)
  for (const [name, value] of Object.entries(write.add)) {
    const column = columnOf(write.table, name)
    const isNumber = column !== undefined && numberTypes.has(column.type) && !column.nullable
    fault(`${path}.add.${name}`, isNumber ? operandFault(column, value) : 'is not a column of numbers without null')
    if (name in write.set) fault(`${path}.add.${name}`, 'is set as well')
  }
  if (Object.keys(write.set).length + Object.keys(write.add).length === 0) fault(path, 'changes nothing')
}

function checkCells(
  table: Table,
  cells: Readonly<Record<string, Value | undefined>>,
  path: string,
  fault: Fault,
): void {
  for (const [name, value] of Object.entries(cells)) {
    const column = columnOf(table, name)
    fault(`${path}.${name}`, column === undefined ? 'is not a column' : cellFault(column, value))
  }
}

function checkWhere(table: Table, where: Where, path: string, fault: Fault): void {
  for (const [name, test] of Object.entries(where)) {
    const column = columnOf(table, name)
    if (column === undefined) fault(`${path}.${name}`, 'is not a column')
    else checkTest(column, test, `${path}.${name}`, fault)
  }
}

/** An undefined test is a fault and no absence of one: a forgotten value must not make a guard pass. */
function checkTest(column: Column, test: Test | undefined, path: string, fault: Fault): void {
  if (test === null) return
  if (typeof test !== 'object' || test instanceof Uint8Array) return fault(path, operandFault(column, test))
  const entries = Object.entries(test)
  if (entries.length === 0) fault(path, 'is an empty test')
  for (const [name, operand] of entries) fault(`${path}.${name}`, comparisonFault(column, name, operand))
}

function comparisonFault(
  column: Column,
  name: string,
  operand: Value | readonly Value[] | undefined,
): string | undefined {
  if (name === 'in') {
    if (!isList(operand)) return 'must be a list'
    if (operand.length > storageLimits.in) return `must be at most ${storageLimits.in} values`
    return operand.map((value) => operandFault(column, value)).find((found) => found !== undefined)
  }
  if (isList(operand)) return 'must be one value'
  if (name === 'ne') return operand === null ? undefined : operandFault(column, operand)
  return comparisons.has(name) ? operandFault(column, operand) : 'is not a comparison'
}

function isList(operand: Value | readonly Value[] | undefined): operand is readonly Value[] {
  return Array.isArray(operand)
}

function columnOf(table: Table, name: string): Column | undefined {
  return Object.hasOwn(table.columns, name) ? table.columns[name] : undefined
}

function throwFaults(look: (fault: Fault) => void): void {
  const issues: Issue[] = []
  look((path, message) => {
    if (message !== undefined) issues.push({ path, message })
  })
  if (issues.length > 0) throw new BillfoldError('input.invalid', { issues })
}

/** TypeScript cannot see that the tests of a generic row are tests of some row. */
function withoutTypes(query: object): Query {
  return query
}
