import { BillfoldError, type ErrorCode } from '../../../kernel/errors.ts'
import type { Storage } from '../../../kernel/storage/index.ts'
import { transactions } from '../tables.ts'
import type { TransactionRow } from '../transaction-row.ts'

/** Reads the current row of a send. @throws BillfoldError the failure code of a refused or replaced transaction */
export async function getCurrentResult(
  { storage }: { readonly storage: Storage },
  row: TransactionRow,
): Promise<TransactionRow> {
  const [current = row] = await storage.find(transactions, { where: { id: row.id }, limit: 1 })
  if (current.failureCode === null) return current
  throw new BillfoldError(failureCodes.find((code) => code === current.failureCode) ?? 'transaction.rejected')
}

const failureCodes: readonly ErrorCode[] = [
  'transaction.insufficient-funds',
  'transaction.rejected',
  'transaction.replaced',
  'transaction.expired',
]
