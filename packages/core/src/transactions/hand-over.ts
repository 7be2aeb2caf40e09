import { askChain, type BroadcastAnswer, type ChainClient } from '../chain-clients/index.ts'
import { isBillfoldError } from '../errors.ts'
import type { ChainServices } from '../services.ts'
import { committed, update } from '../storage/index.ts'
import { transactionLimits } from './limits.ts'
import type { TransactionRow } from './record.ts'
import { accountNonces, transactions } from './tables.ts'
import { transactionEvent } from './transaction-event.ts'
import { whereabouts } from './whereabouts.ts'

/**
 * Broadcasts a signed transaction and stores the result. If the result is unknown, the row is left unchanged and the
 * transaction is rebroadcast later.
 * @throws BillfoldError `transaction.chain-unavailable` if the node does not respond
 */
export async function handOver(services: ChainServices, client: ChainClient, row: TransactionRow): Promise<void> {
  const result = await askChain(client, services.logger, () => client.broadcast(row.raw))
  if (result.outcome === 'accepted') return markSent(services, row)
  // The node may refuse a transaction that it already has, which is not a refusal.
  const { state } = await whereabouts(services, client, row)
  if (state !== 'unknown') return markSent(services, row)
  if (result.outcome === 'nonce-taken') return abandon(services, row, 'replaced', 'transaction.replaced')
  services.logger.info({ transaction: row.id, reason: result.reason }, 'transaction refused by node')
  // A node accepted it before and others may still have it, so it stays pending until fees fall or it is replaced.
  if (result.reason === 'fee-too-low' && row.state === 'sent') return
  await abandon(services, row, 'refused', toFailureCode(result.reason))
}

/**
 * Broadcasts the cancellation of a refused transaction. It succeeds if the node accepts it or already has another transaction
 * with that nonce.
 */
export async function handOverCancel(
  services: ChainServices,
  client: ChainClient,
  row: TransactionRow,
): Promise<BroadcastAnswer> {
  const { cancelRaw } = row
  if (cancelRaw === null) return { outcome: 'nonce-taken' }
  return askChain(client, services.logger, () => client.broadcast(cancelRaw))
}

/**
 * Releases the nonce of a refused transaction, unless a later nonce was reserved.
 * @returns true if the nonce was released
 */
export async function giveNonceBack(services: ChainServices, row: TransactionRow): Promise<boolean> {
  const { network, address, nonce } = row
  if (nonce === null) return true
  return committed(
    services,
    update(accountNonces, { where: { network, address, next: nonce + 1 }, set: { next: nonce } }),
    update(transactions, {
      where: { id: row.id, nonce, state: 'refused' },
      set: { nonce: null, cancelRaw: null, nextLookAt: null },
    }),
  )
}

/** Broadcasts a stored transaction and ignores an unreachable node, because the transaction is rebroadcast later. */
export async function tryToHandOver(services: ChainServices, client: ChainClient, row: TransactionRow): Promise<void> {
  try {
    await handOver(services, client, row)
  } catch (error) {
    if (!isBillfoldError(error, 'transaction.chain-unavailable')) throw error
  }
}

/**
 * Marks a transaction as sent, even if another process has just abandoned it after a refusal: the chain is authoritative. A
 * released nonce is reserved again unless another transaction has taken it.
 */
async function markSent(services: ChainServices, row: TransactionRow): Promise<void> {
  const { id, network, address, nonce, cancelRaw } = row
  if (nonce === null) return
  const nextLookAt = services.now() + transactionLimits.lookAgainMilliseconds
  const sent = { state: 'sent', failure: null, nextLookAt }
  const where = { id, nonce, state: { in: ['signed', 'refused', 'replaced'] } }
  if (await committed(services, update(transactions, { where, set: sent }))) return
  await committed(
    services,
    update(accountNonces, { where: { network, address, next: nonce }, set: { next: nonce + 1 } }),
    update(transactions, { where: { id, nonce: null, state: 'refused' }, set: { ...sent, nonce, cancelRaw } }),
  )
}

/**
 * Marks a transaction as refused or replaced. A refused transaction releases its nonce in the same commit if possible;
 * otherwise a cancellation fills the nonce later. Does nothing if the row has changed, because another process may have seen
 * the transaction accepted or mined.
 */
async function abandon(
  services: ChainServices,
  row: TransactionRow,
  state: 'refused' | 'replaced',
  failure: 'transaction.replaced' | 'transaction.refused' | 'transaction.insufficient-funds',
): Promise<void> {
  const { network, address, nonce } = row
  // Final states never change, even if a lagging node reports otherwise.
  if (nonce === null || (row.state !== 'signed' && row.state !== 'sent')) return
  const where = { id: row.id, nonce, state: row.state }
  const events = transactionEvent(services, row, `transaction.${state}`)
  const released =
    state === 'refused' &&
    (await committed(
      services,
      update(accountNonces, { where: { network, address, next: nonce + 1 }, set: { next: nonce } }),
      update(transactions, { where, set: { state, failure, nonce: null, cancelRaw: null, nextLookAt: null } }),
      ...events,
    ))
  if (released) return
  const nextLookAt = state === 'replaced' ? null : services.now() + transactionLimits.lookAgainMilliseconds
  await committed(services, update(transactions, { where, set: { state, failure, nextLookAt } }), ...events)
}

function toFailureCode(
  reason: Extract<BroadcastAnswer, { outcome: 'refused' }>['reason'],
): 'transaction.insufficient-funds' | 'transaction.refused' {
  return reason === 'insufficient-funds' ? 'transaction.insufficient-funds' : 'transaction.refused'
}
