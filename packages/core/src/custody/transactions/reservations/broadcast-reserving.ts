import type { ChainServices } from '../../services.ts'
import { isBillfoldError } from '../../../kernel/errors.ts'
import { tryCommit, update } from '../../../kernel/storage/index.ts'
import { callNode, type ReservingChainClient } from '../../chain-clients/index.ts'
import { transactionLimits } from '../limits.ts'
import { transactions } from '../tables.ts'
import { resolveOnChainStatus } from '../tracking/on-chain-status.ts'
import { transactionEventWrites } from '../transaction-events.ts'
import { type ChainAccount, toChainAccount, type TransactionRow } from '../transaction-row.ts'
import { listPending } from './account-state.ts'
import { isReplacedForGood, settleReserving } from './settle-reserving.ts'

/**
 * Broadcasts a signed transaction and stores the result. If the result is unknown, the row is left unchanged and the transaction is rebroadcast
 * later.
 * @returns `conflict` if the node does not know what the transaction spends, or another one has spent it
 * @throws BillfoldError `transaction.chain-unavailable` if the node does not respond
 */
export async function broadcastReserving(
  services: ChainServices,
  client: ReservingChainClient,
  row: TransactionRow,
): Promise<'conflict' | 'done'> {
  const result = await callNode(client, services.logger, () => client.broadcast(row.raw))
  if (result.outcome === 'accepted') {
    await markReservingSent(services, row)
    return 'done'
  }
  // The node may refuse a transaction that it already has, which is not a refusal.
  const { state } = await resolveOnChainStatus(services, client, row)
  if (state !== 'unknown') {
    await markReservingSent(services, row)
    return 'done'
  }
  if (result.outcome === 'conflict') {
    if (!(await isReplacedForGood(services, client, row))) return 'conflict'
    await settleReserving(services, row, { state: 'replaced', failureCode: 'transaction.replaced' })
    return 'done'
  }
  if (result.outcome === 'expired') return 'done'
  services.logger.info({ transaction: row.id, reason: result.reason }, 'transaction refused by node')
  // A node accepted it before and others may still have it, so it stays pending until fees fall or it is replaced.
  if (row.state === 'signed') await reject(services, row, result.reason)
  return 'done'
}

/** Broadcasts a stored transaction, with those that it depends on, and ignores an unreachable node, because it is rebroadcast later. */
export async function tryBroadcastReserving(
  services: ChainServices,
  client: ReservingChainClient,
  row: TransactionRow,
): Promise<void> {
  try {
    if ((await broadcastReserving(services, client, row)) === 'done') return
    await rebroadcastPending(services, client, toChainAccount(row))
  } catch (error) {
    if (!isBillfoldError(error, 'transaction.chain-unavailable')) throw error
  }
}

/** Transactions in a chain, which is how often one can wait for another. */
const maxPasses = 25

/**
 * Broadcasts the account's pending transactions that the node does not have, until none is accepted any more: a transaction can spend the change of
 * another one.
 */
async function rebroadcastPending(
  services: ChainServices,
  client: ReservingChainClient,
  account: ChainAccount,
): Promise<void> {
  let missing: TransactionRow[] = []
  for (const row of await listPending(services, account)) {
    const { state } = await resolveOnChainStatus(services, client, row)
    if (state === 'unknown' && row.state !== 'rejected') missing.push(row)
  }
  for (let pass = 1; pass <= maxPasses && missing.length > 0; pass++) {
    const waiting: TransactionRow[] = []
    for (const row of missing) if ((await broadcastReserving(services, client, row)) === 'conflict') waiting.push(row)
    if (waiting.length === missing.length) return
    missing = waiting
  }
}

/** Marks a transaction as sent, even if another process has just refused it: the chain is authoritative. */
export async function markReservingSent(services: ChainServices, { id }: TransactionRow): Promise<void> {
  const nextCheckAt = services.now() + transactionLimits.checkIntervalMs
  const where = { id, state: { in: ['signed', 'rejected'] }, nextCheckAt: { gte: 0 } }
  await tryCommit(services, update(transactions, { where, set: { state: 'sent', failureCode: null, nextCheckAt } }))
}

/**
 * Marks a transaction as rejected. What it uses up stays reserved until it is certain that no node has accepted it, because a second transaction
 * could otherwise be mined besides it.
 */
async function reject(
  services: ChainServices,
  row: TransactionRow,
  reason: 'insufficient-funds' | 'fee-too-low' | 'not-valid',
): Promise<void> {
  const failureCode =
    reason === 'insufficient-funds' ? ('transaction.insufficient-funds' as const) : ('transaction.rejected' as const)
  const nextCheckAt = services.now() + transactionLimits.checkIntervalMs
  await tryCommit(
    services,
    update(transactions, {
      where: { id: row.id, state: 'signed', nextCheckAt: { gte: 0 } },
      set: { state: 'rejected', failureCode, nextCheckAt },
    }),
    ...transactionEventWrites(services, row, 'transaction.rejected'),
  )
}
