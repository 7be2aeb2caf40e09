import { callNode, type EvmClient, type NodeTransactionStatus } from '../chain-clients/index.ts'
import type { CustodyServices } from '../services.ts'
import type { TransactionRow } from '../transactions/transaction-row.ts'
import { isNonceUsed } from './account-state.ts'
import { callService, getOperationConnection } from './build-operation.ts'
import type { UserOperationReceipt } from './bundler.ts'
import { findExecution } from './find-execution.ts'
import { parseValidUntil } from './safe-account.ts'
import { parseUserOperation } from './user-operation.ts'

/** The status of a user operation. `expired`: it was not executed, and never can be. */
export interface OperationStatus extends Omit<NodeTransactionStatus, 'state'> {
  readonly state: 'pending' | 'mined' | 'failed' | 'expired'
  /** The transaction that executed it, if the bundler says which. */
  readonly transactionHash?: string
}

/** Time by which a block can be reorganized, and by which clocks differ, in seconds. */
const expiryMarginSeconds = 15 * 60

const pending = { state: 'pending', confirmations: 0 } as const

/**
 * Resolves the status of a stored operation. Whether it was executed is asked of the node; the bundler only says in which transaction
 * and whether its calls succeeded.
 * @param search also searches the logs of the chain for what the bundler has forgotten: many requests to the node, so that reconciliation
 *   does it, and no request of a client
 * @throws BillfoldError `transaction.chain-unavailable`
 */
export async function resolveOperationStatus(
  services: CustodyServices,
  row: TransactionRow,
  search: boolean,
): Promise<OperationStatus> {
  const { client, settings } = getOperationConnection(services, row.secretType)
  const { logger } = services
  const operation = parseUserOperation(row.raw)
  const time = (await callNode(client, logger, () => fetchChainTime(client))) ?? Math.floor(services.now() / 1000)
  const isUsed = await callNode(client, logger, () => isNonceUsed(client, operation.sender, operation.nonce))
  if (!isUsed)
    return time > parseValidUntil(operation) + expiryMarginSeconds ? { state: 'expired', confirmations: 0 } : pending
  const receipt =
    toFinalReceipt(row) ??
    (await callService(services, client, settings.bundler, () => settings.bundler.receipt(row.hash))) ??
    (search ? await findExecution(services, client, row) : undefined)
  if (receipt === undefined) return pending
  const { transactionHash, success } = receipt
  const found = await callNode(client, logger, () => client.status(transactionHash))
  // The transaction of an executed operation cannot have been reverted: then the receipt is of another one.
  if (found.state !== 'mined') return pending
  return { ...found, state: success ? 'mined' : 'failed', transactionHash }
}

/** What is final is stored. */
function toFinalReceipt({ state, bundleHash }: TransactionRow): UserOperationReceipt | undefined {
  return bundleHash === null ? undefined : { transactionHash: bundleHash, success: state === 'mined' }
}

/** Creation code that returns the time of the newest block: TIMESTAMP, MSTORE, and RETURN of a word. */
const returnTimestamp = Uint8Array.from(Buffer.from('4260005260206000f3', 'hex'))

/** Fetches the time of the newest block, in seconds since 1970; undefined if the client cannot execute code. */
async function fetchChainTime(client: EvmClient): Promise<number | undefined> {
  const result = await client.execute?.(returnTimestamp, 100_000n)
  return result?.length === 32 ? Number(BigInt(`0x${Buffer.from(result).toString('hex')}`)) : undefined
}
