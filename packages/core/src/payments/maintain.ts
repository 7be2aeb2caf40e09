import { batch } from '../storage/index.ts'
import { removeExpiredApiKeys } from './api-keys.ts'
import { expirePayments } from './end-payment.ts'
import type { Payments } from './settings.ts'

/** Refunds the payments that have expired, and removes the api keys that have. Doing it twice at once does no harm. */
export async function maintainPayments(payments: Payments): Promise<void> {
  const { storage, now } = payments.services
  await expirePayments(payments)
  await storage.commit(batch(removeExpiredApiKeys(now())))
}
