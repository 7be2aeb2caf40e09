import { batch, remove } from '../kernel/storage/index.ts'
import { deleteExpiredApiKeys } from './credentials/api-keys.ts'
import { credentialAttempts } from './credentials/attempt-table.ts'
import { expireDeposits } from './gateway/expire-deposits.ts'
import { expirePayments } from './two-leg/end-payment.ts'
import type { PaymentsContext } from './settings.ts'

/** Refunds expired payments, ends expired deposits, and deletes expired API keys and counters of attempts. Safe to run concurrently. */
export async function maintainPayments(payments: PaymentsContext): Promise<void> {
  const { storage, now } = payments.services
  await expirePayments(payments)
  await expireDeposits(payments)
  const startedAt = now()
  const oldCounters = remove(credentialAttempts, { where: { expiresAt: { lte: startedAt } }, expectedRows: 'any' })
  await storage.commit(batch(deleteExpiredApiKeys(startedAt), oldCounters))
}
