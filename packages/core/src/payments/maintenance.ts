import { batch } from '../kernel/storage/index.ts'
import { deleteExpiredApiKeys } from './credentials/api-keys.ts'
import { expireDeposits } from './gateway/expire-deposits.ts'
import { expirePayments } from './two-leg/end-payment.ts'
import type { PaymentsContext } from './settings.ts'

/** Refunds expired payments, ends expired deposits and deletes expired API keys. Safe to run concurrently. */
export async function maintainPayments(payments: PaymentsContext): Promise<void> {
  const { storage, now } = payments.services
  await expirePayments(payments)
  await expireDeposits(payments)
  await storage.commit(batch(deleteExpiredApiKeys(now())))
}
