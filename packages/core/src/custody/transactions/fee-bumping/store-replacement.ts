import { commitAuthorized } from '../../../identity/signing-methods/authorized-method.ts'
import { remove, update, type Write } from '../../../kernel/storage/index.ts'
import { auditWrite } from '../../../platform/audit/audit-write.ts'
import type { CustodyServices } from '../../services.ts'
import { walletUnchanged } from '../../wallets/sign.ts'
import { transactionLimits } from '../limits.ts'
import { transactionReplacements, transactions } from '../tables.ts'
import type { TransactionRow } from '../transaction-row.ts'
import { type RequestedReplacement, requestedReplacementInsert } from './replacements.ts'
import type { Replacing } from './replacing.ts'

/** The states of a transaction that may still be replaced. */
export const pendingStates = ['signed', 'sent']

/**
 * Stores a replacement that its sender asked for, before it is broadcast, in place of the transaction. Call it within `retryOnConflict`.
 * @param row the transaction, as it was read in this attempt
 * @param reservations writes that reserve what the replacement spends; none on a chain with nonces
 * @param writes those of the key and the act
 */
export async function storeReplacement(
  services: CustodyServices,
  { actor, wallet, authorizedBy }: Replacing,
  row: TransactionRow,
  replacement: Omit<RequestedReplacement, 'broadcastAt'>,
  { reservations, writes }: { readonly reservations: readonly Write[]; readonly writes: readonly Write[] },
): Promise<void> {
  const now = services.now()
  const { raw, hash, level, cancels } = replacement
  await commitAuthorized(
    services,
    authorizedBy,
    // The raw transaction is what another process broadcasts again if the node loses it.
    update(transactions, {
      where: { id: row.id, nonce: row.nonce, state: { in: pendingStates } },
      set: { raw, nextCheckAt: now + transactionLimits.checkIntervalMs },
    }),
    ...reservations,
    // Those that were signed beforehand have the effect of the transaction, which a cancellation must outlive.
    remove(transactionReplacements, { where: { transactionId: row.id, broadcastAt: null }, expectedRows: 'any' }),
    await requestedReplacementInsert(services, row, { ...replacement, broadcastAt: now }),
    walletUnchanged(wallet, authorizedBy),
    auditWrite(actor, cancels ? 'transaction.canceled' : 'transaction.resubmitted', wallet.id, now, {
      id: row.id,
      hash,
      level,
    }),
    ...writes,
  )
}
