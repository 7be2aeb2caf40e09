import type { CustodyServices } from '../../services.ts'
import type { Actor } from '../../../platform/audit/audit-write.ts'
import type { AuthorizedMethod } from '../../../identity/signing-methods/authorized-method.ts'
import { callNode, type EvmClient, getChainClient } from '../../chain-clients/index.ts'
import { BillfoldError } from '../../../kernel/errors.ts'
import { retryOnConflict } from '../../../kernel/storage/index.ts'
import type { CustodyWalletRow } from '../../wallets/sealing.ts'
import { loadWalletKey } from '../../wallets/sign.ts'
import { walletAct } from '../../wallets/wallet-act.ts'
import { parseEvmFees, signEvmReplacement } from '../formats/evm/evm.ts'
import type { SignedTransaction } from '../formats/transaction-format.ts'
import { transactions } from '../tables.ts'
import { findTransactionByHash } from '../tracking/status.ts'
import { resolveOnChainStatus } from '../tracking/on-chain-status.ts'
import { chainAccountKey, toChainAccount, type TransactionRow } from '../transaction-row.ts'
import { replaceUtxo } from '../reservations/replace-utxo.ts'
import type { ReplacementRequest, Replacing } from './replacing.ts'
import { computeReplacementFees, toMaxFee } from './fee-bump-schedule.ts'
import { listReplacements, parseReplacementFees } from './replacements.ts'
import { pendingStates, storeReplacement } from './store-replacement.ts'
import { toRejectionCode } from '../sending/rejection-code.ts'

/**
 * Finds a transaction of the tenant that may still be replaced, by its hash or that of a replacement.
 * @throws BillfoldError `wallet-transaction.not-found`, `transaction.not-pending`, `transaction.unsupported-type`
 */
export async function getPendingTransaction(
  services: CustodyServices,
  tenant: string,
  secretType: string,
  hash: string,
): Promise<TransactionRow> {
  const row = await findTransactionByHash(services, tenant, secretType, hash)
  if (row === undefined) throw new BillfoldError('wallet-transaction.not-found')
  // A user operation has no nonce that another one could take.
  if (row.entryPoint !== null) throw new BillfoldError('transaction.unsupported-type')
  if (!pendingStates.includes(row.state)) throw new BillfoldError('transaction.not-pending')
  return row
}

/**
 * Replaces a pending transaction of an EVM chain or of the Bitcoin family, authorized by a signing method of its wallet's owner: with the same transaction, or
 * with one without effect, at the fee that the node recommends now and at least 12.5 % more than before. Either it or the
 * transaction can be mined, never both. It is stored before it is broadcast.
 * @returns the replacement's hash
 * @throws BillfoldError `wallet.archived`, `signing-method.invalid`, `transaction.not-pending`, `transaction.unsupported-type`,
 *   `transaction.fee-too-high`, `transaction.insufficient-funds`, `transaction.rejected`, `transaction.chain-unavailable`,
 *   `server.busy`
 */
export function replaceTransaction(
  services: CustodyServices,
  actor: Actor,
  wallet: CustodyWalletRow,
  row: TransactionRow,
  request: ReplacementRequest,
  authorizedBy: AuthorizedMethod,
): Promise<string> {
  const client = getChainClient(services.chainConnections, row.secretType)
  if (client.family === 'utxo') return replaceUtxo(services, client, { actor, wallet, row, request, authorizedBy })
  if (client.family !== 'evm') throw new BillfoldError('transaction.unsupported-type')
  // Whoever has seen its authorization could still use it after the cancellation.
  if (row.type === 'DELEGATION' && request === 'cancel') throw new BillfoldError('transaction.unsupported-type')
  return services.chainConnections.withAccountLock(chainAccountKey(toChainAccount(row)), async () => {
    const { raw, hash } = await retryOnConflict(() =>
      signAndStore(services, client, { actor, wallet, row, request, authorizedBy }),
    )
    const result = await callNode(client, services.logger, () => client.broadcast(raw))
    if (result.outcome === 'nonce-taken') throw new BillfoldError('transaction.not-pending')
    if (result.outcome === 'rejected') throw new BillfoldError(toRejectionCode(result.reason))
    return hash
  })
}

async function signAndStore(
  services: CustodyServices,
  client: EvmClient,
  replacing: Replacing,
): Promise<SignedTransaction> {
  const { actor, wallet, row: read, request, authorizedBy } = replacing
  const [row = read] = await services.storage.find(transactions, { where: { id: read.id }, limit: 1 })
  const status = await resolveOnChainStatus(services, client, row)
  if (!isPending(row) || status.state === 'mined' || status.state === 'failed')
    throw new BillfoldError('transaction.not-pending')
  const earlier = (await listReplacements(services, [row.id])).get(row.id) ?? []
  const current = earlier.findLast(({ broadcastAt }) => broadcastAt !== null)
  const fees = computeReplacementFees(
    current === undefined ? parseEvmFees(row.raw) : parseReplacementFees(current),
    await callNode(client, services.logger, () => client.fees()),
  )
  assertAllowed(services, row, toMaxFee(fees))
  const cancels = request === 'cancel' || current?.cancels === true
  const kind = cancels ? 'cancellation' : 'same'
  // The value was authorized and counted with the transaction: of the two only one can be mined.
  const { privateKey, writes } = await loadWalletKey(services, wallet, authorizedBy, () => ({
    ...walletAct(actor, wallet, authorizedBy),
    kind: 'transaction-replace',
    network: row.network,
    content: `${kind} ${row.hash}`,
  }))
  const signed = signEvmReplacement(row.raw, { from: row.address, network: row.network }, kind, fees, privateKey)
  privateKey.fill(0)
  const level = (earlier.at(-1)?.level ?? 0) + 1
  const replacement = { ...signed, fees, level, cancels }
  await storeReplacement(services, replacing, row, replacement, { reservations: [], writes })
  return signed
}

function isPending({ state, nonce }: TransactionRow): boolean {
  return pendingStates.includes(state) && nonce !== null
}

/** The host's limit on replacements holds for those that a sender asks for, too. */
function assertAllowed({ chainConnections }: CustodyServices, { secretType }: TransactionRow, maxFee: bigint): void {
  const limit = chainConnections.feeBumping.maxReplacementFeePerGas[secretType]
  if (limit !== undefined && maxFee > limit) throw new BillfoldError('transaction.fee-too-high')
}
