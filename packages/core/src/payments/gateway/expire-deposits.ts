import type { PaymentsContext } from '../settings.ts'
import { gatewayTransactions } from '../tables.ts'
import { expireDeposit } from './end-transaction.ts'

/** Number of deposits per query. */
const batchSize = 100

/**
 * Ends the deposits that have been pending for too long. Withdrawals stay: only the gateway knows whether it has paid. A
 * deposit that cannot be ended is logged and does not stop the others.
 * @returns the number of expired deposits
 */
export async function expireDeposits({ services, settings }: PaymentsContext): Promise<number> {
  const { storage, now, logger } = services
  let expired = 0
  let after = ''
  for (;;) {
    const createdAt = { lte: now() - settings.depositTtlMs }
    const rows = await storage.find(gatewayTransactions, {
      where: { state: 'PENDING', type: 'DEPOSIT', createdAt, id: { gt: after } },
      orderBy: [['id', 'asc']],
      limit: batchSize,
    })
    for (const { id, tenant } of rows) {
      try {
        if (await expireDeposit(services, { tenant, id: 'maintenance' }, id)) expired++
      } catch (error) {
        logger.error({ error, transaction: id }, 'deposit expiry failed')
      }
    }
    after = rows.at(-1)?.id ?? after
    if (rows.length < batchSize) return expired
  }
}
