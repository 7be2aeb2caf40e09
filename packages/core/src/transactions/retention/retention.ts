import type { Services } from '../../services.ts'
import { batch, remove } from '../../storage/index.ts'
import { retentionRules } from './retention-rules.ts'
import { transactionReplacements, transactions } from '../tables.ts'

const msPerDay = 24 * 60 * 60 * 1000

/** Maximum transactions deleted per commit, and commits per `maintain()`. */
export const removalLimits = { atOnce: 500, rounds: 20 } as const

/** Deletes final transactions whose retention has expired. Transactions that are not final are never deleted. */
export async function removeOldTransactions(services: Services): Promise<void> {
  const { days, idempotencyKeyDays } = retentionRules(services.transactionRetention)
  const before = (age: number): number => services.now() - age * msPerDay
  await purgeFinal(services, { createdAt: { lt: before(days) }, idempotencyKey: null })
  await purgeFinal(services, { createdAt: { lt: before(Math.max(days, idempotencyKeyDays)) } })
}

async function purgeFinal(
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
