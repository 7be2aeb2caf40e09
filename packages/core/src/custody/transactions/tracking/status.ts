import type { CustodyServices } from '../../services.ts'
import { type NodeTransactionStatus, getChainClient, hasNonces } from '../../chain-clients/index.ts'
import { isBillfoldError } from '../../../kernel/errors.ts'
import { assertTransactionsSupported } from '../formats/families.ts'
import { sendToBundler } from '../../smart-accounts/broadcast-operation.ts'
import { resolveOperationStatus } from '../../smart-accounts/operation-status.ts'
import { tryBroadcastReserving } from '../reservations/broadcast-reserving.ts'
import { rebroadcastMissing } from '../sending/rebroadcast.ts'
import { transactionLimits } from '../limits.ts'
import { chainAccountKey, toChainAccount, type TransactionRow } from '../transaction-row.ts'
import { transactionReplacements, transactions } from '../tables.ts'
import { fetchNodeStatus, resolveOnChainStatus } from './on-chain-status.ts'

/** The on-chain status of a transaction, whether or not Billfold sent it. */
export interface TransactionStatus extends Omit<NodeTransactionStatus, 'state'> {
  readonly hash: string
  readonly status: 'UNKNOWN' | 'PENDING' | 'SUCCEEDED' | 'FAILED' | 'CANCELED' | 'EXPIRED'
  /** True if the transaction has enough confirmations to be final. */
  readonly hasReachedFinality: boolean
  /** The hash of the replacement at a higher fee that is pending or mined instead. */
  readonly replacedBy?: string
  /** Of a user operation: the transaction that executed it. */
  readonly transactionHash?: string
}

/**
 * Gets the status of a transaction from its chain. A transaction of the tenant that the node does not have is rebroadcast.
 * @throws BillfoldError `transaction.unsupported-type`, `transaction.chain-unavailable`
 */
export async function getTransactionStatus(
  services: CustodyServices,
  tenant: string,
  secretType: string,
  hash: string,
): Promise<TransactionStatus> {
  assertTransactionsSupported(services.chainConnections, secretType)
  const client = getChainClient(services.chainConnections, secretType)
  const found = await fetchNodeStatus(services, client, hash)
  const finality = client.finalityConfirmations ?? transactionLimits.finalityConfirmations
  if (found.state !== 'unknown') return toStatus(hash, found, finality)
  const unconfirmed = { hash, confirmations: 0, hasReachedFinality: false } as const
  const row = await findTransactionByHash(services, tenant, secretType, hash)
  if (row === undefined) return { ...unconfirmed, status: 'UNKNOWN' }
  if (row.entryPoint !== null) return getOperationStatus(services, row)
  const effective = await resolveOnChainStatus(services, client, row)
  if (effective.state !== 'unknown') {
    const isCanceled = effective.cancels && effective.state === 'mined'
    const status = toStatus(hash, effective, finality)
    return { ...status, ...(isCanceled && { status: 'CANCELED' as const }), replacedBy: effective.hash }
  }
  if (row.failureCode === null) await tryRebroadcast(services, row)
  const current = await findTransactionByHash(services, tenant, secretType, hash)
  return { ...unconfirmed, status: current?.failureCode === null ? 'PENDING' : 'FAILED' }
}

/** A user operation that is pending is sent again. */
async function getOperationStatus(services: CustodyServices, row: TransactionRow): Promise<TransactionStatus> {
  const { state, transactionHash, ...found } = await resolveOperationStatus(services, row, false)
  if (state === 'mined' || state === 'failed') {
    const status = toStatus(row.hash, { ...found, state }, transactionLimits.finalityConfirmations)
    return { ...status, ...(transactionHash !== undefined && { transactionHash }) }
  }
  const unconfirmed = { hash: row.hash, confirmations: 0, hasReachedFinality: false } as const
  if (state === 'expired') return { ...unconfirmed, status: 'EXPIRED' }
  if (row.failureCode !== null) return { ...unconfirmed, status: 'FAILED' }
  await tryOnlyLogging(services, row, () => sendToBundler(services, row))
  const current = await findTransactionByHash(services, row.tenant, row.secretType, row.hash)
  return { ...unconfirmed, status: current?.failureCode === null ? 'PENDING' : 'FAILED' }
}

const statusNames = { mined: 'SUCCEEDED', failed: 'FAILED', pending: 'PENDING', unknown: 'UNKNOWN' } as const

function toStatus(
  hash: string,
  { state, confirmations, blockNumber, blockHash }: NodeTransactionStatus,
  finality: number,
): TransactionStatus {
  return {
    hash,
    status: statusNames[state],
    confirmations,
    ...(blockNumber !== undefined && { blockNumber }),
    ...(blockHash !== undefined && { blockHash }),
    hasReachedFinality: confirmations >= finality,
  }
}

/** Finds the transaction of a tenant by its own hash or the hash of a replacement. */
export async function findTransactionByHash(
  services: CustodyServices,
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

async function tryRebroadcast(services: CustodyServices, row: TransactionRow): Promise<void> {
  const client = getChainClient(services.chainConnections, row.secretType)
  await tryOnlyLogging(services, row, () =>
    services.chainConnections.withAccountLock(chainAccountKey(toChainAccount(row)), async () => {
      if (hasNonces(client)) await rebroadcastMissing(services, client, toChainAccount(row))
      else await tryBroadcastReserving(services, client, row)
    }),
  )
}

/** Errors are only logged, because another transaction of the account may cause them. */
async function tryOnlyLogging(
  services: CustodyServices,
  row: TransactionRow,
  rebroadcast: () => Promise<unknown>,
): Promise<void> {
  try {
    await rebroadcast()
  } catch (error) {
    if (!isBillfoldError(error)) throw error
    services.logger.warn({ cause: error, transaction: row.id }, 'transaction rebroadcast failed')
  }
}
