import type { CustodyServices } from '../../services.ts'
import { hasNonces, type NonceChainClient } from '../../chain-clients/index.ts'
import { reconcileReserving } from '../reservations/reconcile-reserving.ts'
import { isBillfoldError } from '../../../kernel/errors.ts'
import { batch, tryCommit, update } from '../../../kernel/storage/index.ts'
import { rebroadcastMissing } from '../sending/rebroadcast.ts'
import { transactionLimits } from '../limits.ts'
import { eraseReplacementsWrites } from '../fee-bumping/replacements.ts'
import { bumpFees } from '../fee-bumping/bump-fees.ts'
import { chainAccountKey, toChainAccount, type TransactionRow } from '../transaction-row.ts'
import { transactions } from '../tables.ts'
import { transactionEventWrites, type TransactionEventType } from '../transaction-events.ts'
import { reconcileOperations } from '../../smart-accounts/reconcile-operations.ts'
import { resolveOnChainStatus } from './on-chain-status.ts'

/**
 * Reconciles due transactions with the chain: rebroadcasts what the nodes do not have, finalizes what is confirmed and bumps
 * fees. Safe to run concurrently.
 */
export async function reconcileTransactions(services: CustodyServices): Promise<void> {
  const due = await services.storage.find(transactions, {
    where: { nextCheckAt: { lte: services.now() } },
    orderBy: [['nextCheckAt', 'asc']],
    limit: transactionLimits.reconcileBatchSize,
  })
  const operations = due.filter(({ entryPoint }) => entryPoint !== null)
  if (operations.length > 0) {
    await scheduleNextCheck(services, operations)
    await reconcileOperations(services, operations)
  }
  const others = due.filter(({ entryPoint }) => entryPoint === null)
  for (const [account, rows] of groupByAccount(others)) await reconcileAccount(services, account, rows)
}

function groupByAccount(rows: readonly TransactionRow[]): ReadonlyMap<string, TransactionRow[]> {
  const accounts = new Map<string, TransactionRow[]>()
  for (const row of rows) accounts.set(chainAccountKey(row), [...(accounts.get(chainAccountKey(row)) ?? []), row])
  return accounts
}

async function reconcileAccount(
  services: CustodyServices,
  account: string,
  rows: readonly TransactionRow[],
): Promise<void> {
  const [first] = rows
  const client = first && services.chainConnections.clients.get(first.secretType)
  await scheduleNextCheck(services, rows)
  if (first === undefined || client === undefined) return
  try {
    if (!hasNonces(client)) return await reconcileReserving(services, client, rows)
    const { mined } = await services.chainConnections.withAccountLock(account, () =>
      rebroadcastMissing(services, client, toChainAccount(first)),
    )
    for (const row of rows) if (row.nonce !== null && row.nonce < mined) await finalize(services, client, row)
    await bumpFees(
      services,
      client,
      rows.filter(({ nonce }) => nonce !== null && nonce >= mined),
    )
  } catch (error) {
    if (!isBillfoldError(error)) throw error
    services.logger.warn({ cause: error, account }, 'transaction reconciliation failed')
  }
}

async function scheduleNextCheck(services: CustodyServices, rows: readonly TransactionRow[]): Promise<void> {
  const nextCheckAt = services.now() + transactionLimits.checkIntervalMs
  const ids = rows.map(({ id }) => id)
  const where = { id: { in: ids }, nextCheckAt: { lte: services.now() } }
  await services.storage.commit(batch(update(transactions, { where, set: { nextCheckAt }, expectedRows: 'any' })))
}

/** Finalizes a transaction whose nonce is used, once its outcome can no longer change. */
async function finalize(services: CustodyServices, client: NonceChainClient, row: TransactionRow): Promise<void> {
  const { state, confirmations, cancels } = await resolveOnChainStatus(services, client, row)
  if (cancels && state === 'mined') {
    if (confirmations >= transactionLimits.finalityConfirmations) await markReplaced(services, row)
    return
  }
  if (state === 'mined' || state === 'failed') {
    if (confirmations >= transactionLimits.finalityConfirmations)
      await markFinal(services, row, { state, failureCode: null }, `transaction.${state}`)
    return
  }
  if (row.state === 'rejected') return markFinal(services, row, {})
  if (state === 'unknown' && services.now() - row.createdAt >= transactionLimits.replacedAfterMs)
    await markReplaced(services, row)
}

function markReplaced(services: CustodyServices, row: TransactionRow): Promise<void> {
  return markFinal(services, row, { state: 'replaced', failureCode: 'transaction.replaced' }, 'transaction.replaced')
}

/** Stores the final state. If several processes observe it concurrently, exactly one commit succeeds. */
async function markFinal(
  services: CustodyServices,
  row: TransactionRow,
  set: Partial<TransactionRow>,
  event?: TransactionEventType,
): Promise<void> {
  const change = { ...set, rawCancellation: null, nextCheckAt: null }
  await tryCommit(
    services,
    update(transactions, { where: { id: row.id, nonce: row.nonce, nextCheckAt: { gte: 0 } }, set: change }),
    ...eraseReplacementsWrites(row.id),
    ...(event === undefined ? [] : transactionEventWrites(services, row, event)),
  )
}
