import { deleteInBatches, type ReportRows } from '../kernel/storage/index.ts'
import { purgeExpiredApiKeys } from './credentials/api-keys.ts'
import { credentialAttempts } from './credentials/attempt-table.ts'
import { expireDeposits } from './gateway/expire-deposits.ts'
import { expirePayments } from './two-leg/end-payment.ts'
import type { PaymentsContext } from './settings.ts'

/** Refunds expired payments, ends expired deposits, and deletes expired API keys and counters of attempts. Safe to run concurrently. */
export async function maintainPayments(payments: PaymentsContext, report?: ReportRows): Promise<void> {
  const { storage, now } = payments.services
  await report?.(await expirePayments(payments))
  await report?.(await expireDeposits(payments))
  const startedAt = now()
  await purgeExpiredApiKeys(storage, startedAt, report)
  await deleteInBatches(storage, credentialAttempts, { expiresAt: { lte: startedAt } }, report)
}
