import { type ChainStatus, clientFor } from '../chain-clients/index.ts'
import { isBillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import { catchUp } from './catch-up.ts'
import { statusOnChain } from './hand-over.ts'
import { transactionLimits } from './limits.ts'
import { accountName, accountOf, type TransactionRow } from './record.ts'
import { transactions } from './tables.ts'

/** What became of a transaction, of Billfold's or of anybody's. */
export interface TransactionStatus extends Omit<ChainStatus, 'state'> {
  readonly hash: string
  readonly status: 'UNKNOWN' | 'PENDING' | 'SUCCEEDED' | 'FAILED'
  /** Whether it has so many confirmations that it is not looked at any more. */
  readonly hasReachedFinality: boolean
}

/**
 * Asks the chain what became of a transaction. One of the tenant's own that the node does not have is handed to it.
 * @throws BillfoldError `transaction.chain-unavailable`
 */
export async function transactionStatus(
  services: Services,
  tenant: string,
  secretType: string,
  hash: string,
): Promise<TransactionStatus> {
  const client = clientFor(services.chainConnections, secretType)
  const { state, ...found } = await statusOnChain(services, client, hash)
  const known = { hash, ...found, hasReachedFinality: found.confirmations >= transactionLimits.finalConfirmations }
  if (state === 'mined') return { ...known, status: 'SUCCEEDED' }
  if (state === 'failed') return { ...known, status: 'FAILED' }
  if (state === 'pending') return { ...known, status: 'PENDING' }
  const row = await ownOne(services, tenant, secretType, hash)
  if (row === undefined) return { ...known, status: 'UNKNOWN' }
  if (row.failure === null) await handOverMissing(services, row)
  const current = await ownOne(services, tenant, secretType, hash)
  return { ...known, status: current?.failure === null ? 'PENDING' : 'FAILED' }
}

async function ownOne(
  services: Services,
  tenant: string,
  secretType: string,
  hash: string,
): Promise<TransactionRow | undefined> {
  const [row] = await services.storage.find(transactions, { where: { tenant, hash, secretType }, limit: 1 })
  return row
}

/** That another transaction of the account has no funds is no answer to this question. */
async function handOverMissing(services: Services, row: TransactionRow): Promise<void> {
  const client = clientFor(services.chainConnections, row.secretType)
  try {
    await services.chainConnections.inTurn(accountName(accountOf(row)), () => catchUp(services, client, accountOf(row)))
  } catch (error) {
    if (!isBillfoldError(error)) throw error
    services.logger.warn(
      { cause: error, transaction: row.id },
      'the transactions of an account could not be handed over',
    )
  }
}
