import type { ChainServices } from '../../services.ts'
import { type AccountNonces, callNode, type NonceChainClient } from '../../chain-clients/index.ts'
import { BillfoldError } from '../../../kernel/errors.ts'
import { releaseNonce, broadcastTransaction, broadcastCancellation } from './broadcast.ts'
import { transactionLimits } from '../limits.ts'
import type { ChainAccount, TransactionRow } from '../transaction-row.ts'
import { transactions } from '../tables.ts'
import { toRejectionCode } from './rejection-code.ts'

/**
 * Rebroadcasts every signed transaction of an account that the node has neither in a block nor in its mempool: the process
 * died before the broadcast, or the node dropped it. Refused transactions release their nonces, highest first. If a nonce
 * cannot be released, a cancellation fills the gap, so that later transactions are not blocked. Call it with the account lock.
 * @returns the nonces of the account on the chain before rebroadcasting
 * @throws BillfoldError `transaction.chain-unavailable`
 */
export async function rebroadcastMissing(
  services: ChainServices,
  client: NonceChainClient,
  account: ChainAccount,
): Promise<AccountNonces> {
  const nonces = await callNode(client, services.logger, () => client.nonces(account.address))
  const missing = await listFromNonce(services, account, nonces.next)
  while (missing[0]?.state === 'rejected' && (await releaseNonce(services, missing[0]))) missing.shift()
  for (const row of missing.reverse()) {
    if (row.failureCode === null) await broadcastTransaction(services, client, row, 'repeated')
    else await fillGap(services, client, row)
  }
  return nonces
}

/** Lists the transactions of an account from a nonce on, highest first. */
function listFromNonce(
  services: ChainServices,
  { network, address }: ChainAccount,
  nonce: number,
): Promise<TransactionRow[]> {
  return services.storage.find(transactions, {
    where: { network, address, nonce: { gte: nonce } },
    orderBy: [['nonce', 'desc']],
    limit: 2 * transactionLimits.maxUnconfirmed,
  })
}

/** Later transactions cannot be mined while the gap is open, for example because the account cannot pay the fee. */
async function fillGap(services: ChainServices, client: NonceChainClient, row: TransactionRow): Promise<void> {
  const result = await broadcastCancellation(services, client, row)
  if (result.outcome === 'rejected') throw new BillfoldError(toRejectionCode(result.reason))
}
