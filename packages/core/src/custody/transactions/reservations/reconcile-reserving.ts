import type { CustodyServices } from '../../services.ts'
import {
  callNode,
  type ChainClient,
  type NonceChainClient,
  type ReservingChainClient,
} from '../../chain-clients/index.ts'
import { transactionLimits } from '../limits.ts'
import { type OnChainStatus, resolveOnChainStatus } from '../tracking/on-chain-status.ts'
import { chainAccountKey, type TransactionRow } from '../transaction-row.ts'
import { markReservingSent, tryBroadcastReserving } from './broadcast-reserving.ts'
import { bumpFeeRates } from './bump-fee-rates.ts'
import { settleReserving } from './settle-reserving.ts'

/**
 * Reconciles due transactions of one account with the chain, oldest first: rebroadcasts what the nodes do not have, as after a reorganization or a
 * restart, settles what is final and bumps fees.
 */
export async function reconcileReserving(
  services: CustodyServices,
  client: Exclude<ChainClient, NonceChainClient>,
  rows: readonly TransactionRow[],
): Promise<void> {
  const pending: TransactionRow[] = []
  for (const row of rows.toSorted((one, other) => one.createdAt - other.createdAt)) {
    const status = await resolveOnChainStatus(services, client, row)
    if (status.state === 'unknown') await reconcileUnknown(services, client, row)
    else if (status.state === 'pending') pending.push(row)
    else await reconcileMined(services, client, row, status)
  }
  for (const row of pending) await markReservingSent(services, row)
  if (client.family === 'utxo') await bumpFeeRates(services, client, pending)
}

async function reconcileMined(
  services: CustodyServices,
  client: ReservingChainClient,
  row: TransactionRow,
  { state, confirmations, cancels }: OnChainStatus,
): Promise<void> {
  if (confirmations < (client.finalityConfirmations ?? transactionLimits.finalityConfirmations))
    return markReservingSent(services, row)
  if (cancels) return settleReserving(services, row, { state: 'replaced', failureCode: 'transaction.replaced' })
  return settleReserving(services, row, { state: state === 'failed' ? 'failed' : 'mined', failureCode: null })
}

async function reconcileUnknown(
  services: CustodyServices,
  client: ReservingChainClient,
  row: TransactionRow,
): Promise<void> {
  if (await isExpired(services, client, row))
    return settleReserving(
      services,
      row,
      row.state === 'rejected' ? { state: 'rejected' } : { state: 'rejected', failureCode: 'transaction.expired' },
    )
  if (row.state !== 'rejected') {
    // With those that it depends on: two that were signed in the same millisecond are in no order.
    await services.chainConnections.withAccountLock(chainAccountKey(row), () =>
      tryBroadcastReserving(services, client, row),
    )
    return
  }
  // What expires is final then, and not before.
  if (row.expiry === null && services.now() - row.createdAt >= transactionLimits.replacedAfterMs)
    await settleReserving(services, row, { state: 'rejected' })
}

/** The status is read again after the expiry: it may have been mined in between. */
async function isExpired(
  services: CustodyServices,
  client: ReservingChainClient,
  row: TransactionRow,
): Promise<boolean> {
  const { expiredUntil } = client
  if (row.expiry === null || expiredUntil === undefined) return false
  if ((await callNode(client, services.logger, () => expiredUntil())) <= row.expiry) return false
  return (await resolveOnChainStatus(services, client, row)).state === 'unknown'
}
