import { checkBatch, checkQuery } from './batch-check.ts'
import { batches } from './batches.ts'
import { BillfoldError } from '../errors.ts'
import { MemoryTable } from './memory-table.ts'
import { compareCells } from './order.ts'
import { type Batch, CommitError, type Query, type Row, type Storage, type Update, type Write } from './storage.ts'
import type { RowOf, Table } from './table.ts'
import { typedRows } from './typed-rows.ts'
import { addedCell } from './added-cell.ts'

/**
 * A storage that keeps everything in the memory of this process, for tests and for trying things out. It holds the whole
 * contract of {@link Storage}; what it holds is gone with the process.
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
  const stored = new Map<string, MemoryTable>()
  const open = (table: Table): MemoryTable => {
    const found = stored.get(table.name) ?? new MemoryTable(table)
    stored.set(table.name, found)
    return found
  }
  return {
    async find<T extends Table>(table: T, query?: Query<RowOf<T>>): Promise<RowOf<T>[]> {
      const untyped = checkQuery(table, query)
      return typedRows(table, select(open(table).passing(untyped.where ?? {}), untyped).map(copied))
    },
    async commit(batch: Batch): Promise<void> {
      checkBatch(batch)
      if (open(batches).passing({ id: batch.id }).length > 0) return
      const undo: (() => void)[] = [open(batches).insert({ id: batch.id, committedAt: Date.now() }) ?? (() => {})]
      try {
        batch.writes.forEach((write, index) => apply(open(write.table), write, index, undo))
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
  const done = (step: (() => void) | undefined): void => {
    if (step === undefined) throw new CommitError('duplicate', index)
    undo.push(step)
  }
  if (write.kind === 'insert') return done(table.insert(copied(write.row)))
  const rows = table.passing(write.where)
  if ((write.hits === 'one' && rows.length !== 1) || (write.hits === 'none' && rows.length !== 0)) {
    throw new CommitError('guard', index)
  }
  if (write.kind === 'remove') for (const row of rows) done(table.remove(row))
  if (write.kind === 'update') for (const row of rows) done(table.replace(row, changed(row, write, index)))
}

function changed(row: Row, write: Update, index: number): Row {
  const added = Object.entries(write.add).map(([name, by]) => {
    const sum = addedCell(write.table.columns[name], row[name] ?? null, by)
    if (sum !== undefined) return [name, sum] as const
    throw new BillfoldError('input.invalid', {
      issues: [{ path: `writes.${index}.add.${name}`, message: 'is out of range' }],
    })
  })
  return { ...row, ...copied(write.set), ...Object.fromEntries(added) }
}

/** The caller's bytes are the caller's to change, and ours are ours; and -0 is 0, as in a database. */
function copied(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).map(([name, cell]) => [
      name,
      cell instanceof Uint8Array ? Uint8Array.from(cell) : cell === 0 ? 0 : cell,
    ]),
  )
}
