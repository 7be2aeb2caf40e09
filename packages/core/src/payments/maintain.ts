import { batch } from '../storage/index.ts'
import { removeExpiredApiKeys } from './api-keys.ts'
import { expirePayments } from './end-payment.ts'
import type { Payments } from './settings.ts'

/** Refunds expired payments and deletes expired API keys. Safe to run concurrently. */
export async function maintainPayments(payments: Payments): Promise<void> {
  const { storage, now } = payments.services
  await expirePayments(payments)
  await storage.commit(batch(removeExpiredApiKeys(now())))
}
