import { validateBatch, validateQuery } from './validate-batch.ts'
import { appliedBatches } from './applied-batches.ts'
import { BillfoldError } from '../errors.ts'
import { MemoryTable } from './memory-table.ts'
import { compareCells } from './compare-cells.ts'
import {
  type Batch,
  type CellValue,
  CommitError,
  type Query,
  type Row,
  type Storage,
  type Update,
  type Write,
} from './storage.ts'
import type { RowOf, Table } from './table.ts'
import { typedRows } from './typed-rows.ts'
import { addToCell } from './add-to-cell.ts'

/**
 * Creates a storage in the memory of this process, for tests and experiments. It implements the whole contract of
 * {@link Storage}. The data is lost when the process ends.
 *
 * @example
 * ```ts
 * import { createBillfold, localKeyring, memoryStorage, newKey } from '@billfold/core'
 *
 * const keyring = localKeyring({ keys: { test: newKey() }, currentKeyId: 'test' })
 * const billfold = createBillfold({ storage: memoryStorage(), keyring })
 * ```
 */
export function memoryStorage(): Storage {
  const tables = new Map<string, MemoryTable>()
  const getTable = (table: Table): MemoryTable => {
    const found = tables.get(table.name) ?? new MemoryTable(table)
    tables.set(table.name, found)
    return found
  }
  return {
    async find<T extends Table>(table: T, query?: Query<RowOf<T>>): Promise<RowOf<T>[]> {
      const untyped = validateQuery(table, query)
      return typedRows(table, select(getTable(table).matching(untyped.where ?? {}), untyped).map(copyRow))
    },
    async commit(batch: Batch): Promise<void> {
      validateBatch(batch)
      if (getTable(appliedBatches).matching({ id: batch.id }).length > 0) return
      const undo: (() => void)[] = [
        getTable(appliedBatches).insert({ id: batch.id, committedAt: Date.now() }) ?? (() => {}),
      ]
      try {
        batch.writes.forEach((write, index) => apply(getTable(write.table), write, index, undo))
      } catch (error) {
        for (const step of undo.reverse()) step()
        throw error
      }
    },
  }
}

function select(rows: Row[], query: Query): Row[] {
  const order = query.orderBy ?? []
  const sorted = order.length === 0 ? rows : rows.toSorted((left, right) => compareRows(left, right, order))
  const from = query.offset ?? 0
  return query.limit === undefined ? sorted : sorted.slice(from, from + query.limit)
}

function compareRows(left: Row, right: Row, order: NonNullable<Query['orderBy']>): number {
  for (const [name, direction] of order) {
    const compared = compareCells(left[name] ?? null, right[name] ?? null)
    if (compared !== 0) return direction === 'asc' ? compared : -compared
  }
  return 0
}

function apply(table: MemoryTable, write: Write, index: number, undo: (() => void)[]): void {
  const record = (step: (() => void) | undefined): void => {
    if (step === undefined) throw new CommitError('duplicate', index)
    undo.push(step)
  }
  if (write.kind === 'insert') return record(table.insert(copyRow(write.row)))
  const rows = table.matching(write.where)
  if ((write.expectedRows === 'one' && rows.length !== 1) || (write.expectedRows === 'none' && rows.length !== 0)) {
    throw new CommitError('condition-failed', index)
  }
  if (write.kind === 'remove') for (const row of rows) record(table.remove(row))
  if (write.kind === 'update') for (const row of rows) record(table.replace(row, updateRow(row, write, index)))
}

function updateRow(row: Row, write: Update, index: number): Row {
  const added = Object.entries(write.add).map(([name, by]) => {
    const sum = addToCell(write.table.columns[name], row[name] ?? null, by)
    if (sum !== undefined) return [name, sum] as const
    throw new BillfoldError('input.invalid', {
      issues: [{ path: `writes.${index}.add.${name}`, message: 'is out of range' }],
    })
  })
  return { ...row, ...copyRow(write.set), ...Object.fromEntries(added) }
}

/** Copies bytes, so that caller and storage cannot change each other's, and converts -0 to 0, as databases do. */
function copyRow(row: Row): Row {
  const copy: Record<string, CellValue> = { ...row }
  for (const name in copy) {
    const cell = copy[name]
    if (cell instanceof Uint8Array) copy[name] = Uint8Array.from(cell)
    else if (cell === 0) copy[name] = 0
  }
  return copy
}
