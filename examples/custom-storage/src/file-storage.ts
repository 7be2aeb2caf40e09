import { BillfoldError, isBillfoldError } from '@billfold/core'
import {
  type Batch,
  batches,
  checkBatch,
  checkQuery,
  compareCells,
  isCommitError,
  passes,
  type Query,
  type Row,
  type RowOf,
  type Storage,
  type Table,
  typedRows,
} from '@billfold/core/storage'
import { applyWrite } from './apply-write.ts'
import { locked } from './lock.ts'
import { readRows, writeRows } from './rows-file.ts'

/** Keeps everything in one JSON file. It reads and writes all of it each time: for small things, and as an example. */
export function fileStorage(file: string): Storage {
  return {
    async find<T extends Table>(table: T, query?: Query<RowOf<T>>): Promise<RowOf<T>[]> {
      const checked = checkQuery(table, query)
      const rows = await reaching(() => readRows(file))
      return typedRows(table, select(rows.get(table.name) ?? [], checked))
    },
    async commit(batch) {
      checkBatch(batch)
      await reaching(() => locked(`${file}.lock`, () => commit(file, batch)))
    },
  }
}

async function commit(file: string, batch: Batch): Promise<void> {
  const rows = await readRows(file)
  const known = rows.get(batches.name) ?? []
  if (known.some((row) => row['id'] === batch.id)) return
  rows.set(batches.name, [...known, { id: batch.id, committedAt: Date.now() }])
  for (const [index, write] of batch.writes.entries()) {
    rows.set(write.table.name, applyWrite(rows.get(write.table.name) ?? [], write, index))
  }
  await writeRows(file, rows)
}

function select(rows: readonly Row[], { where = {}, orderBy = [], limit, offset = 0 }: Query): Row[] {
  const found = rows.filter((row) => passes(row, where))
  found.sort((left, right) => {
    for (const [name, direction] of orderBy) {
      const compared = compareCells(left[name] ?? null, right[name] ?? null)
      if (compared !== 0) return direction === 'asc' ? compared : -compared
    }
    return 0
  })
  return limit === undefined ? found : found.slice(offset, offset + limit)
}

async function reaching<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (isCommitError(error) || isBillfoldError(error)) throw error
    throw new BillfoldError('storage.unavailable', { cause: error })
  }
}
