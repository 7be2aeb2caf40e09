import { askChain, type EvmClient } from '../chain-clients/index.ts'
import { errorTable, type ErrorCode, isBillfoldError } from '../errors.ts'
import type { ChainServices } from '../services.ts'
import type { TransactionRow } from '../transactions/record.ts'
import { transactions } from '../transactions/tables.ts'
import { didLimits } from './limits.ts'
import type { StepState } from './registry.ts'
import { sendAgain } from './relayed-step.ts'

/**
 * Waits until a step is in a block or can never be in one, as long as the limit says. A node that cannot be reached
 * meanwhile may come back.
 */
export async function awaitStep(
  services: ChainServices,
  client: EvmClient,
  row: TransactionRow,
  milliseconds: number,
): Promise<StepState> {
  const until = performance.now() + milliseconds
  let wait: number = didLimits.lookAfterMilliseconds.first
  for (;;) {
    const state = await stateOrSent(services, client, row)
    const left = until - performance.now()
    if (state.state !== 'sent' || left <= 0) return state
    await new Promise((resolve) => setTimeout(resolve, Math.min(wait, left)))
    wait = Math.min(wait * 1.5, didLimits.lookAfterMilliseconds.most)
  }
}

async function stateOrSent(services: ChainServices, client: EvmClient, row: TransactionRow): Promise<StepState> {
  try {
    return await stateOfRow(services, client, row)
  } catch (error) {
    if (!isBillfoldError(error, 'transaction.chain-unavailable')) throw error
    return { state: 'sent', hash: row.hash }
  }
}

/** What the chain, and where it knows nothing the storage, says of a step. @throws BillfoldError `transaction.chain-unavailable` */
export async function stateOfRow(services: ChainServices, client: EvmClient, row: TransactionRow): Promise<StepState> {
  const { hash } = row
  const { state, blockNumber } = await askChain(client, services.logger, () => client.status(hash))
  const version = blockNumber === undefined ? {} : { version: blockNumber }
  if (state === 'mined') return { state, hash, ...version }
  if (state === 'failed') return { state, hash, ...version, failure: 'transaction.reverted' }
  const [{ failure } = row] = await services.storage.find(transactions, { where: { id: row.id }, limit: 1 })
  if (state === 'pending' || failure === null) return { state: 'sent', hash }
  return { state: 'failed', hash, failure: isCode(failure) ? failure : 'transaction.refused' }
}

function isCode(text: string): text is ErrorCode {
  return Object.hasOwn(errorTable, text)
}

/** Hands a step to the node again when the node knows nothing of it. That others of the payer cannot be sent is no answer here. */
export async function handInAgain(services: ChainServices, client: EvmClient, row: TransactionRow): Promise<void> {
  if (row.failure !== null) return
  try {
    const { state } = await askChain(client, services.logger, () => client.status(row.hash))
    if (state === 'unknown') await sendAgain(services, client, row)
  } catch (error) {
    if (!isBillfoldError(error)) throw error
    services.logger.warn({ cause: error, transaction: row.id }, 'a change of a DID could not be handed over')
  }
}
