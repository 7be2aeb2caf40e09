import type { Table, Condition, Query, Where, Write } from '@billfold/core/storage'
import { type Comparison, comparisons } from './write-sql.ts'

/**
 * Computes the cache key of a write: everything its SQL text depends on, which is all but the values. Two writes with the
 * same key have the same text and take their parameters in the same order.
 */
export function toCacheKey(write: Write): string {
  const table = tableNumber(write.table)
  switch (write.kind) {
    case 'insert':
      return `insert ${table}`
    case 'update':
      return `update ${table} ${write.expectedRows} ${Object.keys(write.set).join()}+${Object.keys(write.add).join()}${whereKey(write.where)}`
    case 'remove':
      return `remove ${table} ${write.expectedRows}${whereKey(write.where)}`
    case 'check':
      return `check ${table} ${write.expectedRows}${whereKey(write.where)}`
  }
}

/** Computes the cache key of a read: everything its SQL text depends on. */
export function toFindKey(table: Table, { where = {}, orderBy = [], limit, offset }: Query): string {
  const order = orderBy.map(([name, direction]) => `${name} ${direction}`).join()
  return `find ${tableNumber(table)}${whereKey(where)} order ${order} limit ${limit ?? ''} offset ${offset ?? ''}`
}

/** Tables are identified by number, since two different table definitions can share a name. */
const numbers = new WeakMap<Table, number>()
let lastNumber = 0

function tableNumber(table: Table): number {
  const number = numbers.get(table) ?? ++lastNumber
  numbers.set(table, number)
  return number
}

function whereKey(where: Where): string {
  let key = ''
  for (const name of Object.keys(where)) key += ` ${name}${conditionKey(where[name])}`
  return key
}

function conditionKey(condition: Condition | undefined): string {
  if (condition === undefined) return '-'
  if (condition === null) return '0'
  if (typeof condition !== 'object' || condition instanceof Uint8Array) return '='
  let key = ''
  for (const name of comparisons) key += comparisonKey(name, condition)
  return condition.in === undefined ? key : `${key} in${condition.in.length}`
}

function comparisonKey(
  name: Comparison,
  condition: Exclude<Condition, string | number | bigint | boolean | Uint8Array | null>,
) {
  const operand = condition[name]
  return operand === undefined ? '' : operand === null ? `.${name}0` : `.${name}`
}
