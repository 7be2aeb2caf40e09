import type { CustodyServices } from '../../services.ts'
import { batch, remove, type ReportRows } from '../../../kernel/storage/index.ts'
import { resolveTransactionRetention } from './retention-rules.ts'
import { transactionReplacements, transactions } from '../tables.ts'

const msPerDay = 24 * 60 * 60 * 1000

/** Maximum transactions deleted per commit, and commits per `maintain()`. */
export const purgeLimits = { batchSize: 500, maxBatches: 20 } as const

/** Deletes final transactions whose retention has expired. Transactions that are not final are never deleted. */
export async function purgeTransactions(services: CustodyServices, report?: ReportRows): Promise<void> {
  const { days, idempotencyKeyDays } = resolveTransactionRetention(services.transactionRetention)
  const before = (age: number): number => services.now() - age * msPerDay
  await purgeFinal(services, { createdAt: { lt: before(days) }, idempotencyKey: null }, report)
  await purgeFinal(services, { createdAt: { lt: before(Math.max(days, idempotencyKeyDays)) } }, report)
}

async function purgeFinal(
  { storage }: CustodyServices,
  old: { readonly createdAt: { readonly lt: number }; readonly idempotencyKey?: null },
  report?: ReportRows,
): Promise<void> {
  for (let round = 0; round < purgeLimits.maxBatches; round++) {
    const rows = await storage.find(transactions, {
      where: { ...old, nextCheckAt: null },
      limit: purgeLimits.batchSize,
    })
    const ids = rows.map(({ id }) => id)
    if (ids.length > 0)
      await storage.commit(
        batch(
          remove(transactionReplacements, { where: { transactionId: { in: ids } }, expectedRows: 'any' }),
          remove(transactions, { where: { id: { in: ids }, nextCheckAt: null }, expectedRows: 'any' }),
        ),
      )
    await report?.(rows.length)
    if (rows.length < purgeLimits.batchSize) return
  }
}
