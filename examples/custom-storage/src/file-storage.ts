import { BillfoldError, isBillfoldError } from '@billfold/core'
import {
  type Batch,
  appliedBatches,
  validateBatch,
  validateQuery,
  compareCells,
  isCommitError,
  matchesWhere,
  type Query,
  type Row,
  type RowOf,
  type Storage,
  type Table,
  typedRows,
} from '@billfold/core/storage'
import { applyWrite } from './apply-write.ts'
import { withFileLock } from './file-lock.ts'
import { readRows, writeRows } from './rows-file.ts'

/** Creates a storage in one JSON file. Every call reads or writes the whole file: an example, not for production. */
export function fileStorage(file: string): Storage {
  return {
    async find<T extends Table>(table: T, query?: Query<RowOf<T>>): Promise<RowOf<T>[]> {
      const checked = validateQuery(table, query)
      const rows = await wrapErrors(() => readRows(file))
      return typedRows(table, select(rows.get(table.name) ?? [], checked))
    },
    async commit(batch) {
      validateBatch(batch)
      await wrapErrors(() => withFileLock(`${file}.lock`, () => commit(file, batch)))
    },
  }
}

async function commit(file: string, batch: Batch): Promise<void> {
  const rows = await readRows(file)
  const applied = rows.get(appliedBatches.name) ?? []
  if (applied.some((row) => row['id'] === batch.id)) return
  rows.set(appliedBatches.name, [...applied, { id: batch.id, committedAt: Date.now() }])
  for (const [index, write] of batch.writes.entries()) {
    rows.set(write.table.name, applyWrite(rows.get(write.table.name) ?? [], write, index))
  }
  await writeRows(file, rows)
}

function select(rows: readonly Row[], { where = {}, orderBy = [], limit, offset = 0 }: Query): Row[] {
  const found = rows.filter((row) => matchesWhere(row, where))
  found.sort((left, right) => {
    for (const [name, direction] of orderBy) {
      const compared = compareCells(left[name] ?? null, right[name] ?? null)
      if (compared !== 0) return direction === 'asc' ? compared : -compared
    }
    return 0
  })
  return limit === undefined ? found : found.slice(offset, offset + limit)
}

/** Reports I/O errors as `storage.unavailable`. */
async function wrapErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (isCommitError(error) || isBillfoldError(error)) throw error
    throw new BillfoldError('storage.unavailable', { cause: error })
  }
}
