import { askChain, type EvmClient } from '../chain-clients/index.ts'
import { errorTable, type ErrorCode, isBillfoldError } from '../errors.ts'
import type { ChainServices } from '../services.ts'
import type { TransactionRow } from '../transactions/record.ts'
import { transactions } from '../transactions/tables.ts'
import { didLimits } from './limits.ts'
import type { StepState } from './registry.ts'
import { sendAgain } from './relayed-step.ts'

/** Polls an operation until it is mined or has failed, up to a time limit. Tolerates an unreachable node meanwhile. */
export async function awaitStep(
  services: ChainServices,
  client: EvmClient,
  row: TransactionRow,
  milliseconds: number,
): Promise<StepState> {
  const deadline = performance.now() + milliseconds
  let interval: number = didLimits.lookAfterMilliseconds.first
  for (;;) {
    const state = await getStatusOrSent(services, client, row)
    const remaining = deadline - performance.now()
    if (state.state !== 'sent' || remaining <= 0) return state
    await new Promise((resolve) => setTimeout(resolve, Math.min(interval, remaining)))
    interval = Math.min(interval * 1.5, didLimits.lookAfterMilliseconds.most)
  }
}

async function getStatusOrSent(services: ChainServices, client: EvmClient, row: TransactionRow): Promise<StepState> {
  try {
    return await stateOfRow(services, client, row)
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
export async function stateOfRow(services: ChainServices, client: EvmClient, row: TransactionRow): Promise<StepState> {
  const { hash } = row
  const { state, blockNumber } = await askChain(client, services.logger, () => client.status(hash))
  const version = blockNumber === undefined ? {} : { version: blockNumber }
  if (state === 'mined') return { state, hash, ...version }
  if (state === 'failed') return { state, hash, ...version, failure: 'transaction.reverted' }
  const [{ failure } = row] = await services.storage.find(transactions, { where: { id: row.id }, limit: 1 })
  if (state === 'pending' || failure === null) return { state: 'sent', hash }
  return { state: 'failed', hash, failure: isErrorCode(failure) ? failure : 'transaction.refused' }
}

function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(errorTable, text)
}

/**
 * Rebroadcasts an operation if the node does not know it. Failures are only logged, since they do not change its
 * status.
 */
export async function handInAgain(services: ChainServices, client: EvmClient, row: TransactionRow): Promise<void> {
  if (row.failure !== null) return
  try {
    const { state } = await askChain(client, services.logger, () => client.status(row.hash))
    if (state === 'unknown') await sendAgain(services, client, row)
  } catch (error) {
    if (!isBillfoldError(error)) throw error
    services.logger.warn({ cause: error, transaction: row.id }, 'DID change rebroadcast failed')
  }
}
