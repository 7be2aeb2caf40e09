import { type AccountNonces, askChain, type ChainClient } from '../chain-clients/index.ts'
import { BillfoldError } from '../errors.ts'
import type { ChainServices } from '../services.ts'
import { giveNonceBack, handOver, handOverCancel } from './hand-over.ts'
import { transactionLimits } from './limits.ts'
import type { Account, TransactionRow } from './record.ts'
import { transactions } from './tables.ts'

/**
 * Hands over every transaction of an account that was signed and that the node has neither in a block nor waiting: one
 * whose process died before it was sent, or that a node has forgotten. Refused ones give their nonce back, last first, or
 * are filled by one that does nothing, so that nothing behind them is blocked. Only in the account's turn.
 * @returns the nonces as the chain had them before
 * @throws BillfoldError `transaction.chain-unavailable`
 */
export async function catchUp(services: ChainServices, client: ChainClient, account: Account): Promise<AccountNonces> {
  const nonces = await askChain(client, services.logger, () => client.nonces(account.address))
  const missing = await missingFrom(services, account, nonces.next)
  while (missing[0]?.state === 'refused' && (await giveNonceBack(services, missing[0]))) missing.shift()
  for (const row of missing.reverse()) {
    if (row.failure === null) await handOver(services, client, row)
    else await fill(services, client, row)
  }
  return nonces
}

/** The rows of an account with this nonce or a later one, last first. */
function missingFrom(services: ChainServices, { network, address }: Account, nonce: number): Promise<TransactionRow[]> {
  return services.storage.find(transactions, {
    where: { network, address, nonce: { gte: nonce } },
    orderBy: [['nonce', 'desc']],
    limit: 2 * transactionLimits.waiting,
  })
}

/** As long as the gap cannot be filled, for want of funds for its fee, nothing behind it could be mined. */
async function fill(services: ChainServices, client: ChainClient, row: TransactionRow): Promise<void> {
  const answer = await handOverCancel(services, client, row)
  if (answer.outcome !== 'refused') return
  throw new BillfoldError(
    answer.reason === 'insufficient-funds' ? 'transaction.insufficient-funds' : 'transaction.refused',
  )
}
