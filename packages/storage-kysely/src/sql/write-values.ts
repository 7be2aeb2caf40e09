import type { Column, Row, Table, Condition, CellValue, Where, Write } from '@billfold/core/storage'
import { encode } from './cells.ts'
import type { Dialect } from './dialect.ts'
import { wideSumParameters } from './wide-text.ts'
import { comparisons } from './write-text.ts'

/** Adds the values of a write, in the order in which its text has their marks. */
export function addValues(dialect: Dialect, write: Write, values: unknown[]): void {
  const { columns } = write.table
  switch (write.kind) {
    case 'insert':
      for (const name of Object.keys(columns)) values.push(encode(dialect, columns[name], write.row[name] ?? null))
      return
    case 'update':
      addCells(dialect, write.table, write.set, values)
      for (const name of Object.keys(write.add)) addSummand(dialect, columns[name], write.add[name] ?? 0, values)
      return addWhereValues(dialect, write.table, write.where, values)
    case 'remove':
    case 'check':
      return addWhereValues(dialect, write.table, write.where, values)
  }
}

/** Adds the values of tests, in the order in which their text has their marks. */
export function addWhereValues(dialect: Dialect, table: Table, where: Where, values: unknown[]): void {
  for (const name of Object.keys(where)) {
    const test = where[name]
    if (test !== undefined && test !== null) addTestValues(dialect, table.columns[name], test, values)
  }
}

function addCells(dialect: Dialect, table: Table, cells: Row, values: unknown[]): void {
  for (const name of Object.keys(cells)) values.push(encode(dialect, table.columns[name], cells[name] ?? null))
}

function addSummand(dialect: Dialect, column: Column | undefined, by: number | bigint, values: unknown[]): void {
  if (dialect === 'sqlite' && column?.type === 'wideInteger') values.push(...wideSumParameters(BigInt(by)))
  else values.push(encode(dialect, column, by))
}

function addTestValues(
  dialect: Dialect,
  column: Column | undefined,
  test: Exclude<Condition, null>,
  values: unknown[],
): void {
  const put = (value: CellValue): unknown => encode(dialect, column, value)
  if (typeof test !== 'object' || test instanceof Uint8Array) {
    values.push(put(test))
    return
  }
  for (const name of comparisons) {
    const operand = test[name]
    if (operand !== undefined && operand !== null) values.push(put(operand))
  }
  if (test.in === undefined) return
  const list = test.in.map(put)
  if (dialect === 'postgres') values.push(list)
  else values.push(...list)
}
