import { BillfoldError, type ErrorCode, isBillfoldError } from '../../kernel/errors.ts'
import { remove, tryCommit, update, type Write } from '../../kernel/storage/index.ts'
import { callNode } from '../chain-clients/index.ts'
import type { CustodyServices } from '../services.ts'
import { transactionLimits } from '../transactions/limits.ts'
import { accountNonces, transactions } from '../transactions/tables.ts'
import { transactionEventWrites } from '../transactions/transaction-events.ts'
import type { TransactionRow } from '../transactions/transaction-row.ts'
import { isNonceUsed } from './account-state.ts'
import { callService, getOperationConnection } from './build-operation.ts'
import { parseUserOperation } from './user-operation.ts'
import { safeContracts } from './safe-account.ts'
import { toRejectionCode } from '../transactions/sending/rejection-code.ts'

/**
 * Sends a stored operation unless that has succeeded before, and returns its current row. A bundler that does not respond is ignored,
 * because the operation is sent again later.
 * @throws BillfoldError the failure code of a rejected operation
 */
export async function broadcastOperation(services: CustodyServices, row: TransactionRow): Promise<TransactionRow> {
  if (row.state === 'signed') {
    try {
      await sendToBundler(services, row)
    } catch (error) {
      if (!isBillfoldError(error, 'transaction.chain-unavailable')) throw error
    }
  }
  const [current = row] = await services.storage.find(transactions, { where: { id: row.id }, limit: 1 })
  if (current.failureCode === null) return current
  throw new BillfoldError(failureCodes.find((code) => code === current.failureCode) ?? 'transaction.rejected')
}

const failureCodes: readonly ErrorCode[] = [
  'transaction.insufficient-funds',
  'transaction.rejected',
  'transaction.expired',
]

/**
 * Sends a stored operation to the bundler, and stores the result.
 * @throws BillfoldError `transaction.chain-unavailable` if the result is unknown
 */
export async function sendToBundler(services: CustodyServices, row: TransactionRow): Promise<void> {
  const { client, settings } = getOperationConnection(services, row.secretType)
  const operation = parseUserOperation(row.raw)
  const result = await callService(services, client, settings.bundler, () =>
    settings.bundler.send(operation, row.entryPoint ?? safeContracts.entryPoint),
  )
  if (result.outcome === 'accepted') return markSent(services, row)
  // The bundler refuses an operation that was executed already, which is no refusal.
  const { sender, nonce } = operation
  if (await callNode(client, services.logger, () => isNonceUsed(client, sender, nonce))) return markSent(services, row)
  services.logger.info({ operation: row.id, reason: result.reason }, 'user operation refused by bundler')
  // The bundler accepted it before, so it stays pending until fees fall or it expires.
  if (result.reason === 'fee-too-low' && row.state === 'sent') return
  await reject(services, row, toRejectionCode(result.reason))
}

async function markSent(services: CustodyServices, { id }: TransactionRow): Promise<void> {
  const nextCheckAt = services.now() + transactionLimits.checkIntervalMs
  const where = { id, state: { in: ['signed', 'rejected'] }, nextCheckAt: { gte: 0 } }
  await tryCommit(services, update(transactions, { where, set: { state: 'sent', failureCode: null, nextCheckAt } }))
}

/** It is checked until it has expired, because whoever has seen it can have it executed until then. */
async function reject(
  services: CustodyServices,
  row: TransactionRow,
  failureCode: 'transaction.rejected' | 'transaction.insufficient-funds',
): Promise<void> {
  if (row.state !== 'signed' && row.state !== 'sent') return
  await tryCommit(
    services,
    update(transactions, { where: { id: row.id, state: row.state }, set: { state: 'rejected', failureCode } }),
    ...deploymentReleaseWrites(row),
    ...transactionEventWrites(services, row, 'transaction.rejected'),
  )
}

/** The writes that let another operation deploy the account. */
export function deploymentReleaseWrites({ raw, network, address }: TransactionRow): readonly Write[] {
  if (parseUserOperation(raw).deployment === undefined) return []
  return [remove(accountNonces, { where: { network, address }, expectedRows: 'any' })]
}
