import { estimateRowCount } from '../kernel/storage/estimate-row-count.ts'
import type { Table } from '../kernel/storage/index.ts'
import type { TrackedStorage } from '../platform/idempotency/index.ts'
import { ledgerAccounts, ledgerEntries, ledgerTransfers } from './ledger/index.ts'
import { pageSize } from './ledger/paginate.ts'
import { gatewayTransactions, paymentProfiles, payments, statementLines } from './tables.ts'

/** The progress of a consistency check. */
export interface ConsistencyProgress {
  /** The table that is being read. */
  readonly table: string
  /** The number of rows read so far, in all tables. Rows of a table that is read twice count twice. */
  readonly done: number
  /** An estimate, which never is below `done`. */
  readonly total: number
}

/** Options for {@link PaymentsApi.checkConsistency}. */
export interface ConsistencyOptions {
  /** Called for each page of at most 1,000 rows. With it the rows are counted first. */
  readonly onProgress?: (progress: ConsistencyProgress) => void
}

/** The tables that the check walks, and how often. */
const walks: readonly (readonly [table: Table, times: number])[] = [
  [ledgerEntries, 1],
  [ledgerTransfers, 1],
  [ledgerAccounts, 1],
  [payments, 2],
  [gatewayTransactions, 2],
  [paymentProfiles, 2],
  [statementLines, 1],
]

/**
 * Returns the storage, which reports each page of a walk through a whole table: a query for as many rows as a page has, without a state.
 * @throws BillfoldError the errors of the storage
 */
export async function reportPages(
  storage: TrackedStorage,
  onProgress: (progress: ConsistencyProgress) => void,
): Promise<TrackedStorage> {
  let estimated = 0
  for (const [table, times] of walks) estimated += times * (await estimateRowCount(storage, table))
  let done = 0
  return {
    ...storage,
    find: async (table, query) => {
      const rows = await storage.find(table, query)
      const isWalk = query?.limit === pageSize && !Object.hasOwn(query.where ?? {}, 'state')
      if (isWalk && walks.some(([walked]) => walked.name === table.name)) {
        done += rows.length
        onProgress({ table: table.name, done, total: Math.max(done, estimated) })
      }
      return rows
    },
  }
}
