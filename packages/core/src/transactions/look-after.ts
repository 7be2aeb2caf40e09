import type { ChainClient } from '../chain-clients/index.ts'
import { isBillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import { batch, committed, update } from '../storage/index.ts'
import { catchUp } from './catch-up.ts'
import { transactionLimits } from './limits.ts'
import { forgetSigned } from './repricing/replacements.ts'
import { repriceWaiting } from './repricing/reprice.ts'
import { accountName, accountOf, type TransactionRow } from './record.ts'
import { transactions } from './tables.ts'
import { transactionEvent, type TransactionEvent } from './transaction-event.ts'
import { whereabouts } from './whereabouts.ts'

/**
 * Reconciles due transactions with the chain: rebroadcasts what the nodes do not have, finalizes what is confirmed and bumps
 * fees. Safe to run concurrently.
 */
export async function lookAfterTransactions(services: Services): Promise<void> {
  const due = await services.storage.find(transactions, {
    where: { nextLookAt: { lte: services.now() } },
    orderBy: [['nextLookAt', 'asc']],
    limit: transactionLimits.looksAtOnce,
  })
  for (const [account, rows] of groupByAccount(due)) await reconcileAccount(services, account, rows)
}

function groupByAccount(rows: readonly TransactionRow[]): ReadonlyMap<string, TransactionRow[]> {
  const accounts = new Map<string, TransactionRow[]>()
  for (const row of rows) accounts.set(accountName(row), [...(accounts.get(accountName(row)) ?? []), row])
  return accounts
}

async function reconcileAccount(services: Services, account: string, rows: readonly TransactionRow[]): Promise<void> {
  const [first] = rows
  const client = first && services.chainConnections.clients.get(first.secretType)
  await scheduleNextCheck(services, rows)
  if (first === undefined || client === undefined) return
  try {
    const { mined } = await services.chainConnections.inTurn(account, () => catchUp(services, client, accountOf(first)))
    for (const row of rows) if (row.nonce !== null && row.nonce < mined) await finalize(services, client, row)
    await repriceWaiting(
      services,
      client,
      rows.filter(({ nonce }) => nonce !== null && nonce >= mined),
    )
  } catch (error) {
    if (!isBillfoldError(error)) throw error
    services.logger.warn({ cause: error, account }, 'transaction reconciliation failed')
  }
}

async function scheduleNextCheck(services: Services, rows: readonly TransactionRow[]): Promise<void> {
  const nextLookAt = services.now() + transactionLimits.lookAgainMilliseconds
  const ids = rows.map(({ id }) => id)
  const where = { id: { in: ids }, nextLookAt: { lte: services.now() } }
  await services.storage.commit(batch(update(transactions, { where, set: { nextLookAt }, hits: 'any' })))
}

/** Finalizes a transaction whose nonce is used, once its outcome can no longer change. */
async function finalize(services: Services, client: ChainClient, row: TransactionRow): Promise<void> {
  const { state, confirmations } = await whereabouts(services, client, row)
  if (state === 'mined' || state === 'failed') {
    if (confirmations >= transactionLimits.finalConfirmations)
      await markFinal(services, row, { state, failure: null }, `transaction.${state}`)
    return
  }
  if (row.state === 'refused') return markFinal(services, row, {})
  if (state === 'unknown' && services.now() - row.createdAt >= transactionLimits.replacedAfterMilliseconds)
    await markFinal(services, row, { state: 'replaced', failure: 'transaction.replaced' }, 'transaction.replaced')
}

/** Stores the final state. If several processes observe it concurrently, exactly one commit succeeds. */
async function markFinal(
  services: Services,
  row: TransactionRow,
  set: Partial<TransactionRow>,
  event?: TransactionEvent,
): Promise<void> {
  const change = { ...set, cancelRaw: null, nextLookAt: null }
  await committed(
    services,
    update(transactions, { where: { id: row.id, nonce: row.nonce, nextLookAt: { gte: 0 } }, set: change }),
    ...forgetSigned(row.id),
    ...(event === undefined ? [] : transactionEvent(services, row, event)),
  )
}
