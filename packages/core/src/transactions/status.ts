import { type ChainStatus, clientFor } from '../chain-clients/index.ts'
import { isBillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import { catchUp } from './catch-up.ts'
import { transactionLimits } from './limits.ts'
import { accountName, accountOf, type TransactionRow } from './record.ts'
import { transactionReplacements, transactions } from './tables.ts'
import { statusOnChain, whereabouts } from './whereabouts.ts'

/** What became of a transaction, of Billfold's or of anybody's. */
export interface TransactionStatus extends Omit<ChainStatus, 'state'> {
  readonly hash: string
  readonly status: 'UNKNOWN' | 'PENDING' | 'SUCCEEDED' | 'FAILED'
  /** Whether it has so many confirmations that it is not looked at any more. */
  readonly hasReachedFinality: boolean
  /** The hash that is in force in its place: the same transaction at another fee. */
  readonly replacedBy?: string
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
  const found = await statusOnChain(services, client, hash)
  if (found.state !== 'unknown') return shown(hash, found)
  const known = { hash, confirmations: 0, hasReachedFinality: false } as const
  const row = await ownOne(services, tenant, secretType, hash)
  if (row === undefined) return { ...known, status: 'UNKNOWN' }
  const instead = await whereabouts(services, client, row)
  if (instead.state !== 'unknown') return { ...shown(hash, instead), replacedBy: instead.hash }
  if (row.failure === null) await handOverMissing(services, row)
  const current = await ownOne(services, tenant, secretType, hash)
  return { ...known, status: current?.failure === null ? 'PENDING' : 'FAILED' }
}

const words = { mined: 'SUCCEEDED', failed: 'FAILED', pending: 'PENDING', unknown: 'UNKNOWN' } as const

function shown(hash: string, { state, confirmations, blockNumber, blockHash }: ChainStatus): TransactionStatus {
  return {
    hash,
    status: words[state],
    confirmations,
    ...(blockNumber !== undefined && { blockNumber }),
    ...(blockHash !== undefined && { blockHash }),
    hasReachedFinality: confirmations >= transactionLimits.finalConfirmations,
  }
}

/** The transaction with a hash, be it its own or one of a replacement. */
async function ownOne(
  services: Services,
  tenant: string,
  secretType: string,
  hash: string,
): Promise<TransactionRow | undefined> {
  const { storage } = services
  const [row] = await storage.find(transactions, { where: { tenant, hash, secretType }, limit: 1 })
  if (row !== undefined) return row
  const [replacement] = await storage.find(transactionReplacements, { where: { tenant, hash }, limit: 1 })
  if (replacement === undefined) return undefined
  const where = { id: replacement.transactionId, tenant, secretType }
  const [replaced] = await storage.find(transactions, { where, limit: 1 })
  return replaced
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
