import type { ChainServices } from '../../services.ts'
import { callNode, type BroadcastResult, type NonceChainClient } from '../../chain-clients/index.ts'
import { isBillfoldError } from '../../../kernel/errors.ts'
import { tryCommit, update } from '../../../kernel/storage/index.ts'
import { countNonces } from '../formats/evm/delegation-rules.ts'
import { transactionLimits } from '../limits.ts'
import type { TransactionRow } from '../transaction-row.ts'
import { accountNonces, transactions } from '../tables.ts'
import { transactionEventWrites } from '../transaction-events.ts'
import { resolveOnChainStatus } from '../tracking/on-chain-status.ts'
import { toRejectionCode } from './rejection-code.ts'

/** Whether a transaction was never broadcast before, or perhaps was, by a process that did not learn the result. */
export type BroadcastAttempt = 'first' | 'repeated'

/**
 * Broadcasts a signed transaction and stores the result. If the result is unknown, the row is left unchanged and the
 * transaction is rebroadcast later.
 * @throws BillfoldError `transaction.chain-unavailable` if the node does not respond
 */
export async function broadcastTransaction(
  services: ChainServices,
  client: NonceChainClient,
  row: TransactionRow,
  attempt: BroadcastAttempt,
): Promise<void> {
  const result = await callNode(client, services.logger, () => client.broadcast(row.raw))
  if (result.outcome === 'accepted') return markSent(services, row)
  // The node may refuse a transaction that it already has, which is not a refusal.
  const { state } = await resolveOnChainStatus(services, client, row)
  if (state !== 'unknown') return markSent(services, row)
  if (result.outcome === 'nonce-taken') {
    // An earlier broadcast may have been mined in a block that the node asked for the status does not have: it lags behind, or
    // has restarted from an earlier block. So the transaction stays pending until it is found, or its age counts as replaced.
    if (attempt === 'repeated' || row.state === 'sent') return
    return abandon(services, row, 'replaced', 'transaction.replaced')
  }
  services.logger.info({ transaction: row.id, reason: result.reason }, 'transaction refused by node')
  // A node accepted it before and others may still have it, so it stays pending until fees fall or it is replaced.
  if (result.reason === 'fee-too-low' && row.state === 'sent') return
  await abandon(services, row, 'rejected', toRejectionCode(result.reason))
}

/**
 * Broadcasts the cancellation of a rejected transaction. It succeeds if the node accepts it or already has another transaction
 * with that nonce.
 */
export async function broadcastCancellation(
  services: ChainServices,
  client: NonceChainClient,
  row: TransactionRow,
): Promise<BroadcastResult> {
  const { rawCancellation } = row
  if (rawCancellation === null) return { outcome: 'nonce-taken' }
  return callNode(client, services.logger, () => client.broadcast(rawCancellation))
}

/**
 * Releases the nonce of a rejected transaction, unless a later nonce was reserved.
 * @returns true if the nonce was released
 */
export async function releaseNonce(services: ChainServices, row: TransactionRow): Promise<boolean> {
  const { network, address, nonce } = row
  if (nonce === null) return true
  return tryCommit(
    services,
    update(accountNonces, { where: { network, address, next: nonce + countNonces(row.type) }, set: { next: nonce } }),
    update(transactions, {
      where: { id: row.id, nonce, state: 'rejected' },
      set: { nonce: null, rawCancellation: null, nextCheckAt: null },
    }),
  )
}

/** Broadcasts a stored transaction and ignores an unreachable node, because the transaction is rebroadcast later. */
export async function tryBroadcastTransaction(
  services: ChainServices,
  client: NonceChainClient,
  row: TransactionRow,
  attempt: BroadcastAttempt,
): Promise<void> {
  try {
    await broadcastTransaction(services, client, row, attempt)
  } catch (error) {
    if (!isBillfoldError(error, 'transaction.chain-unavailable')) throw error
  }
}

/**
 * Marks a transaction as sent, even if another process has just abandoned it after a refusal: the chain is authoritative. A
 * released nonce is reserved again unless another transaction has taken it.
 */
async function markSent(services: ChainServices, row: TransactionRow): Promise<void> {
  const { id, network, address, nonce, rawCancellation } = row
  if (nonce === null) return
  const nextCheckAt = services.now() + transactionLimits.checkIntervalMs
  const sent = { state: 'sent', failureCode: null, nextCheckAt }
  const where = { id, nonce, state: { in: ['signed', 'rejected', 'replaced'] } }
  if (await tryCommit(services, update(transactions, { where, set: sent }))) return
  await tryCommit(
    services,
    update(accountNonces, { where: { network, address, next: nonce }, set: { next: nonce + countNonces(row.type) } }),
    update(transactions, { where: { id, nonce: null, state: 'rejected' }, set: { ...sent, nonce, rawCancellation } }),
  )
}

/**
 * Marks a transaction as rejected or replaced. A rejected transaction releases its nonce in the same commit if possible;
 * otherwise a cancellation fills the nonce later. Does nothing if the row has changed, because another process may have seen
 * the transaction accepted or mined.
 */
async function abandon(
  services: ChainServices,
  row: TransactionRow,
  state: 'rejected' | 'replaced',
  failureCode: 'transaction.replaced' | 'transaction.rejected' | 'transaction.insufficient-funds',
): Promise<void> {
  const { network, address, nonce } = row
  // Final states never change, even if a lagging node reports otherwise.
  if (nonce === null || (row.state !== 'signed' && row.state !== 'sent')) return
  const where = { id: row.id, nonce, state: row.state }
  const events = transactionEventWrites(services, row, `transaction.${state}`)
  const released =
    state === 'rejected' &&
    (await tryCommit(
      services,
      update(accountNonces, { where: { network, address, next: nonce + countNonces(row.type) }, set: { next: nonce } }),
      update(transactions, {
        where,
        set: { state, failureCode, nonce: null, rawCancellation: null, nextCheckAt: null },
      }),
      ...events,
    ))
  if (released) return
  const nextCheckAt = state === 'replaced' ? null : services.now() + transactionLimits.checkIntervalMs
  await tryCommit(services, update(transactions, { where, set: { state, failureCode, nextCheckAt } }), ...events)
}
