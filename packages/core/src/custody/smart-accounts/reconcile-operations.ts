import { isBillfoldError } from '../../kernel/errors.ts'
import { tryCommit, update, type Write } from '../../kernel/storage/index.ts'
import type { CustodyServices } from '../services.ts'
import { transactionLimits } from '../transactions/limits.ts'
import { transactions } from '../transactions/tables.ts'
import { type TransactionEventType, transactionEventWrites } from '../transactions/transaction-events.ts'
import type { TransactionRow } from '../transactions/transaction-row.ts'
import { deploymentReleaseWrites, sendToBundler } from './broadcast-operation.ts'
import { resolveOperationStatus } from './operation-status.ts'

/** Reconciles due user operations with the chain: finalizes what is confirmed or has expired, and sends again what is pending. */
export async function reconcileOperations(services: CustodyServices, rows: readonly TransactionRow[]): Promise<void> {
  for (const row of rows) {
    try {
      await reconcileOperation(services, row)
    } catch (error) {
      if (!isBillfoldError(error)) throw error
      services.logger.warn({ cause: error, operation: row.id }, 'user operation reconciliation failed')
    }
  }
}

async function reconcileOperation(services: CustodyServices, row: TransactionRow): Promise<void> {
  const { state, confirmations, transactionHash = null } = await resolveOperationStatus(services, row, true)
  if (state === 'mined' || state === 'failed') {
    if (confirmations < transactionLimits.finalityConfirmations) return
    const set = { state, failureCode: null, bundleHash: transactionHash }
    return markFinal(services, row, set, transactionEventWrites(services, row, `transaction.${state}`))
  }
  if (state === 'pending') return row.failureCode === null ? sendToBundler(services, row) : undefined
  if (row.state === 'rejected') return markFinal(services, row, {}, [])
  const event: TransactionEventType = 'transaction.rejected'
  await markFinal(services, row, { state: 'rejected', failureCode: 'transaction.expired' }, [
    ...deploymentReleaseWrites(row),
    ...transactionEventWrites(services, row, event),
  ])
}

/** Stores the final state. If several processes observe it concurrently, exactly one commit succeeds. */
async function markFinal(
  services: CustodyServices,
  { id, state }: TransactionRow,
  set: Partial<TransactionRow>,
  writes: readonly Write[],
): Promise<void> {
  const where = { id, state, nextCheckAt: { gte: 0 } }
  await tryCommit(services, update(transactions, { where, set: { ...set, nextCheckAt: null } }), ...writes)
}
