import type { Table, Condition, Where, Write } from '@billfold/core/storage'
import { type Comparison, comparisons } from './write-text.ts'

/**
 * The shape of a write: what its text depends on, alone or in a batch, which is all but the values. Two writes of one shape have one text, and
 * their values in the same order.
 */
export function shapeOf(write: Write): string {
  const table = tableShape(write.table)
  switch (write.kind) {
    case 'insert':
      return `insert ${table}`
    case 'update':
      return `update ${table} ${write.expectedRows} ${Object.keys(write.set).join()}+${Object.keys(write.add).join()}${whereShape(write.where)}`
    case 'remove':
      return `remove ${table} ${write.expectedRows}${whereShape(write.where)}`
    case 'check':
      return `check ${table} ${write.expectedRows}${whereShape(write.where)}`
  }
}

/** Tables by number: two that differ may have one name. */
const numbers = new WeakMap<Table, number>()
let tables = 0

function tableShape(table: Table): number {
  const number = numbers.get(table) ?? ++tables
  numbers.set(table, number)
  return number
}

function whereShape(where: Where): string {
  let shape = ''
  for (const name of Object.keys(where)) shape += ` ${name}${testShape(where[name])}`
  return shape
}

function testShape(test: Condition | undefined): string {
  if (test === undefined) return '-'
  if (test === null) return '0'
  if (typeof test !== 'object' || test instanceof Uint8Array) return '='
  let shape = ''
  for (const name of comparisons) shape += comparisonShape(name, test)
  return test.in === undefined ? shape : `${shape} in${test.in.length}`
}

function comparisonShape(
  name: Comparison,
  test: Exclude<Condition, string | number | bigint | boolean | Uint8Array | null>,
) {
  const operand = test[name]
  return operand === undefined ? '' : operand === null ? `.${name}0` : `.${name}`
}
