import type { ChainServices } from '../../../custody/services.ts'
import { callNode, type EvmClient } from '../../../custody/chain-clients/index.ts'
import { errorTable, type ErrorCode, isBillfoldError } from '../../../kernel/errors.ts'
import type { TransactionRow } from '../../../custody/transactions/transaction-row.ts'
import { transactions } from '../../../custody/transactions/tables.ts'
import { didLimits } from '../limits.ts'
import type { OperationStatus } from '../registry.ts'
import { rebroadcastOperation } from './relay-operation.ts'

/** Polls an operation until it is mined or has failed, up to a time limit. Tolerates an unreachable node meanwhile. */
export async function waitForConfirmation(
  services: ChainServices,
  client: EvmClient,
  row: TransactionRow,
  milliseconds: number,
): Promise<OperationStatus> {
  const deadline = performance.now() + milliseconds
  let interval: number = didLimits.pollIntervalMs.initial
  for (;;) {
    const state = await getStatusOrSent(services, client, row)
    const remaining = deadline - performance.now()
    if (state.state !== 'sent' || remaining <= 0) return state
    await new Promise((resolve) => setTimeout(resolve, Math.min(interval, remaining)))
    interval = Math.min(interval * 1.5, didLimits.pollIntervalMs.max)
  }
}

async function getStatusOrSent(
  services: ChainServices,
  client: EvmClient,
  row: TransactionRow,
): Promise<OperationStatus> {
  try {
    return await getOperationStatus(services, client, row)
  } catch (error) {
    if (!isBillfoldError(error, 'transaction.chain-unavailable')) throw error
    return { state: 'sent', hash: row.hash }
  }
}

/**
 * The status of an operation according to the chain, or to the storage if the chain does not know the transaction.
 *
 * @throws BillfoldError `transaction.chain-unavailable`
 */
export async function getOperationStatus(
  services: ChainServices,
  client: EvmClient,
  row: TransactionRow,
): Promise<OperationStatus> {
  const { hash } = row
  const { state, blockNumber } = await callNode(client, services.logger, () => client.status(hash))
  const version = blockNumber === undefined ? {} : { version: blockNumber }
  if (state === 'mined') return { state, hash, ...version }
  if (state === 'failed') return { state, hash, ...version, failureCode: 'transaction.reverted' }
  const [{ failureCode } = row] = await services.storage.find(transactions, { where: { id: row.id }, limit: 1 })
  if (state === 'pending' || failureCode === null) return { state: 'sent', hash }
  return { state: 'failed', hash, failureCode: isErrorCode(failureCode) ? failureCode : 'transaction.rejected' }
}

function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(errorTable, text)
}

/**
 * Rebroadcasts an operation if the node does not know it. Failures are only logged, since they do not change its
 * status.
 */
export async function resubmit(services: ChainServices, client: EvmClient, row: TransactionRow): Promise<void> {
  if (row.failureCode !== null) return
  try {
    const { state } = await callNode(client, services.logger, () => client.status(row.hash))
    if (state === 'unknown') await rebroadcastOperation(services, client, row)
  } catch (error) {
    if (!isBillfoldError(error)) throw error
    services.logger.warn({ cause: error, transaction: row.id }, 'DID change rebroadcast failed')
  }
}
