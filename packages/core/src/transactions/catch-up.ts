import { type AccountNonces, askChain, type ChainClient } from '../chain-clients/index.ts'
import { BillfoldError } from '../errors.ts'
import type { ChainServices } from '../services.ts'
import { giveNonceBack, handOver, handOverCancel } from './hand-over.ts'
import { transactionLimits } from './limits.ts'
import type { Account, TransactionRow } from './record.ts'
import { transactions } from './tables.ts'

/**
 * Rebroadcasts every signed transaction of an account that the node has neither in a block nor in its mempool: the process
 * died before the broadcast, or the node dropped it. Refused transactions release their nonces, highest first. If a nonce
 * cannot be released, a cancellation fills the gap, so that later transactions are not blocked. Call it with the account lock.
 * @returns the nonces of the account on the chain before rebroadcasting
 * @throws BillfoldError `transaction.chain-unavailable`
 */
export async function catchUp(services: ChainServices, client: ChainClient, account: Account): Promise<AccountNonces> {
  const nonces = await askChain(client, services.logger, () => client.nonces(account.address))
  const missing = await listFromNonce(services, account, nonces.next)
  while (missing[0]?.state === 'refused' && (await giveNonceBack(services, missing[0]))) missing.shift()
  for (const row of missing.reverse()) {
    if (row.failure === null) await handOver(services, client, row)
    else await fillGap(services, client, row)
  }
  return nonces
}

/** Lists the transactions of an account from a nonce on, highest first. */
function listFromNonce(
  services: ChainServices,
  { network, address }: Account,
  nonce: number,
): Promise<TransactionRow[]> {
  return services.storage.find(transactions, {
    where: { network, address, nonce: { gte: nonce } },
    orderBy: [['nonce', 'desc']],
    limit: 2 * transactionLimits.waiting,
  })
}

/** Later transactions cannot be mined while the gap is open, for example because the account cannot pay the fee. */
async function fillGap(services: ChainServices, client: ChainClient, row: TransactionRow): Promise<void> {
  const result = await handOverCancel(services, client, row)
  if (result.outcome !== 'refused') return
  throw new BillfoldError(
    result.reason === 'insufficient-funds' ? 'transaction.insufficient-funds' : 'transaction.refused',
  )
}
