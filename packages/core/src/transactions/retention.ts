import type { Services } from '../services.ts'
import { batch, remove } from '../storage/index.ts'
import { transactionReplacements, transactions } from './tables.ts'

/** How long transactions are kept after they were signed, once they are final. */
export interface TransactionRetention {
  /** Those without an idempotency key, in days: 90. */
  readonly days?: number
  /** Those with one, in days: 365, and never less than the others. Until then a key sends nothing twice. */
  readonly idempotencyKeyDays?: number
}

const millisecondsOfDay = 24 * 60 * 60 * 1000

/** Transactions that are removed in one commit, and commits of one `maintain()`. */
export const removalLimits = { atOnce: 500, rounds: 20 } as const

/** Removes final transactions that have been kept long enough. What is not final is never removed, however old it is. */
export async function removeOldTransactions(services: Services): Promise<void> {
  const { days, idempotencyKeyDays } = retentionRules(services.transactionRetention)
  const before = (age: number): number => services.now() - age * millisecondsOfDay
  await removeFinal(services, { createdAt: { lt: before(days) }, idempotencyKey: null })
  await removeFinal(services, { createdAt: { lt: before(Math.max(days, idempotencyKeyDays)) } })
}

/** @throws RangeError for numbers that are none */
export function retentionRules({
  days = 90,
  idempotencyKeyDays = 365,
}: TransactionRetention = {}): Required<TransactionRetention> {
  if (!(days >= 1) || !(idempotencyKeyDays >= 1)) throw new RangeError('transactions are kept for a day at least')
  return { days, idempotencyKeyDays }
}

async function removeFinal(
  { storage }: Services,
  old: { readonly createdAt: { readonly lt: number }; readonly idempotencyKey?: null },
): Promise<void> {
  for (let round = 0; round < removalLimits.rounds; round++) {
    const rows = await storage.find(transactions, { where: { ...old, nextLookAt: null }, limit: removalLimits.atOnce })
    const ids = rows.map(({ id }) => id)
    if (ids.length > 0)
      await storage.commit(
        batch(
          remove(transactionReplacements, { where: { transactionId: { in: ids } }, hits: 'any' }),
          remove(transactions, { where: { id: { in: ids }, nextLookAt: null }, hits: 'any' }),
        ),
      )
    if (rows.length < removalLimits.atOnce) return
  }
}
