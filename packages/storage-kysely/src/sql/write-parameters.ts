import type { Column, Row, Table, Condition, CellValue, Where, Write } from '@billfold/core/storage'
import { encodeCell } from './cell-codec.ts'
import type { Dialect } from './dialect.ts'
import { wideIntegerSumParameters } from './wide-integer-text.ts'
import { comparisons } from './write-sql.ts'

/** Appends the parameters of a write, in the order of its placeholders. */
export function addParameters(dialect: Dialect, write: Write, parameters: unknown[]): void {
  const { columns } = write.table
  switch (write.kind) {
    case 'insert':
      for (const name of Object.keys(columns))
        parameters.push(encodeCell(dialect, columns[name], write.row[name] ?? null))
      return
    case 'update':
      addCells(dialect, write.table, write.set, parameters)
      for (const name of Object.keys(write.add)) addSummand(dialect, columns[name], write.add[name] ?? 0, parameters)
      return addWhereParameters(dialect, write.table, write.where, parameters)
    case 'remove':
    case 'check':
      return addWhereParameters(dialect, write.table, write.where, parameters)
  }
}

/** Appends the parameters of a `where`, in the order of its placeholders. */
export function addWhereParameters(dialect: Dialect, table: Table, where: Where, parameters: unknown[]): void {
  for (const name of Object.keys(where)) {
    const condition = where[name]
    if (condition !== undefined && condition !== null)
      addConditionParameters(dialect, table.columns[name], condition, parameters)
  }
}

function addCells(dialect: Dialect, table: Table, cells: Row, parameters: unknown[]): void {
  for (const name of Object.keys(cells)) parameters.push(encodeCell(dialect, table.columns[name], cells[name] ?? null))
}

function addSummand(dialect: Dialect, column: Column | undefined, by: number | bigint, parameters: unknown[]): void {
  if (dialect === 'sqlite' && column?.type === 'wideInteger') parameters.push(...wideIntegerSumParameters(BigInt(by)))
  else parameters.push(encodeCell(dialect, column, by))
}

function addConditionParameters(
  dialect: Dialect,
  column: Column | undefined,
  condition: Exclude<Condition, null>,
  parameters: unknown[],
): void {
  const encoded = (value: CellValue): unknown => encodeCell(dialect, column, value)
  if (typeof condition !== 'object' || condition instanceof Uint8Array) {
    parameters.push(encoded(condition))
    return
  }
  for (const name of comparisons) {
    const operand = condition[name]
    if (operand !== undefined && operand !== null) parameters.push(encoded(operand))
  }
  if (condition.in === undefined) return
  const list = condition.in.map(encoded)
  if (dialect === 'postgres') parameters.push(list)
  else parameters.push(...list)
}
