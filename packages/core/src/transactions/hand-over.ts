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
 * Hands a signed transaction to the node, and keeps what the node says. When nobody knows what became of it the row stays
 * as it is, to be handed over again.
 * @throws BillfoldError `transaction.chain-unavailable` when the node does not answer
 */
export async function handOver(services: ChainServices, client: ChainClient, row: TransactionRow): Promise<void> {
  const answer = await askChain(client, services.logger, () => client.broadcast(row.raw))
  if (answer.outcome === 'accepted') return keepSent(services, row)
  // The node may have said no because it has the transaction already: then it is not refused.
  const { state } = await whereabouts(services, client, row)
  if (state !== 'unknown') return keepSent(services, row)
  if (answer.outcome === 'nonce-taken') return giveUp(services, row, 'replaced', 'transaction.replaced')
  services.logger.info({ transaction: row.id, reason: answer.reason }, 'a transaction was refused')
  // A node had it before, and perhaps others have it still: it waits until fees fall, or until it is replaced.
  if (answer.reason === 'fee-too-low' && row.state === 'sent') return
  await giveUp(services, row, 'refused', failureOf(answer.reason))
}

/**
 * Hands over the transaction that does nothing, in place of one that was refused. Whether the node takes it, or has
 * something else at that nonce, is all that matters.
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
 * Gives the nonce of a refused transaction back, if none after it was given to anybody.
 * @returns whether it was
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

/** Like {@link handOver}, for a transaction that is kept already: that the node cannot be reached now changes nothing. */
export async function tryToHandOver(services: ChainServices, client: ChainClient, row: TransactionRow): Promise<void> {
  try {
    await handOver(services, client, row)
  } catch (error) {
    if (!isBillfoldError(error, 'transaction.chain-unavailable')) throw error
  }
}

/**
 * Also where another process has given it up a moment ago, since a node told it so: the chain has the last word. A nonce that
 * was given back is taken again, unless another transaction has it.
 */
async function keepSent(services: ChainServices, row: TransactionRow): Promise<void> {
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
 * A refused transaction gives its nonce back in the same commit if it can; else its nonce is filled later. One that is not any
 * more what it was read as is not given up: another process had it accepted, or has seen it mined.
 */
async function giveUp(
  services: ChainServices,
  row: TransactionRow,
  state: 'refused' | 'replaced',
  failure: 'transaction.replaced' | 'transaction.refused' | 'transaction.insufficient-funds',
): Promise<void> {
  const { network, address, nonce } = row
  // One that was mined for good stays so, whatever a node that lags behind says.
  if (nonce === null || (row.state !== 'signed' && row.state !== 'sent')) return
  const where = { id: row.id, nonce, state: row.state }
  const told = transactionEvent(services, row, `transaction.${state}`)
  const freed =
    state === 'refused' &&
    (await committed(
      services,
      update(accountNonces, { where: { network, address, next: nonce + 1 }, set: { next: nonce } }),
      update(transactions, { where, set: { state, failure, nonce: null, cancelRaw: null, nextLookAt: null } }),
      ...told,
    ))
  if (freed) return
  const nextLookAt = state === 'replaced' ? null : services.now() + transactionLimits.lookAgainMilliseconds
  await committed(services, update(transactions, { where, set: { state, failure, nextLookAt } }), ...told)
}

function failureOf(
  reason: Extract<BroadcastAnswer, { outcome: 'refused' }>['reason'],
): 'transaction.insufficient-funds' | 'transaction.refused' {
  return reason === 'insufficient-funds' ? 'transaction.insufficient-funds' : 'transaction.refused'
}
