import type { ChainServices } from '../../services.ts'
import { tryCommit, update } from '../../../kernel/storage/index.ts'
import { callNode, type ReservingChainClient } from '../../chain-clients/index.ts'
import { eraseReplacementsWrites } from '../fee-bumping/replacements.ts'
import { transactionReservations, transactions } from '../tables.ts'
import { transactionEventWrites } from '../transaction-events.ts'
import type { TransactionRow } from '../transaction-row.ts'
import { releaseReservations } from './account-state.ts'

/** The end of a transaction. */
export type Settlement =
  | { readonly state: 'mined' | 'failed'; readonly failureCode: null }
  | { readonly state: 'replaced'; readonly failureCode: 'transaction.replaced' }
  | { readonly state: 'rejected'; readonly failureCode: 'transaction.expired' }
  /** A refused transaction that no node has accepted since. */
  | { readonly state: 'rejected' }

/** Stores the final state and releases what was reserved. If several processes observe it concurrently, exactly one commit succeeds. */
export async function settleReserving(
  services: ChainServices,
  row: TransactionRow,
  settlement: Settlement,
): Promise<void> {
  const isKnown = row.state === 'rejected' && settlement.state === 'rejected'
  await tryCommit(
    services,
    update(transactions, {
      where: { id: row.id, state: row.state, nextCheckAt: { gte: 0 } },
      set: { ...settlement, nextCheckAt: null },
    }),
    releaseReservations(row.id),
    ...eraseReplacementsWrites(row.id),
    ...(isKnown ? [] : transactionEventWrites(services, row, `transaction.${settlement.state}`)),
  )
}

/** Returns true if the transaction can never be mined, because another one has used what it uses, or what it uses never came to exist. */
export async function isReplacedForGood(
  services: ChainServices,
  client: ReservingChainClient,
  row: TransactionRow,
): Promise<boolean> {
  const { isReplaced } = client
  if (isReplaced === undefined) return false
  return (await hasLostParent(services, row)) || (await callNode(client, services.logger, () => isReplaced(row.raw)))
}

/** Returns true if it spends the change of a transaction that was replaced or refused for good. */
async function hasLostParent(services: ChainServices, { id, tenant, network }: TransactionRow): Promise<boolean> {
  const reserved = await services.storage.find(transactionReservations, { where: { transactionId: id } })
  const hashes = [...new Set(reserved.map(({ resource }) => resource.split(':')[0] ?? ''))]
  const parents = await services.storage.find(transactions, {
    where: { tenant, hash: { in: hashes }, network, nextCheckAt: null, state: { in: ['replaced', 'rejected'] } },
    limit: 1,
  })
  return parents.length > 0
}
