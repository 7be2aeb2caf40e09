import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { newId } from '../../kernel/ids.ts'
import type { Services } from '../../platform/services.ts'
import { batch, retryOnConflict, update, type Write } from '../../kernel/storage/index.ts'
import { captureWrites, releaseWrites } from '../ledger/index.ts'
import { holdForPayment } from '../two-leg/end-payment.ts'
import { statementStateWrites } from '../wallets/statements.ts'
import { gatewayTransactions, paymentProfiles } from '../tables.ts'
import { getNamedTransaction } from './find-transaction.ts'
import { depositWrites, gatewayEvents, type GatewayTransactionRow } from './gateway-transactions.ts'

/** Final state of a deposit or a withdrawal. */
export type GatewayOutcome = 'SUCCESS' | 'FAILED' | 'CANCELLED'

/** The end of a transaction, as a gateway reports it. */
export interface GatewayReport {
  /** The email of the transaction's user. */
  readonly email: string
  readonly reference: string
  readonly outcome: GatewayOutcome
  /** Parses the amount of the request into minor units of the transaction's currency. */
  readonly amount: (currency: string) => bigint
}

/**
 * Ends a pending deposit or withdrawal. On success the money moves; otherwise the hold of a withdrawal is released. A
 * deposit that has expired can still be ended, because its money may arrive late. Repeating the same outcome has no
 * effect.
 * @throws BillfoldError `user.not-found`, `transaction.not-found`, `transaction.amount-mismatch`, `transaction.already-ended`
 */
export function endGatewayTransaction(
  services: Services,
  actor: Actor,
  { email, reference, outcome, amount }: GatewayReport,
): Promise<GatewayTransactionRow> {
  return retryOnConflict(async () => {
    const row = await getNamedTransaction(services, actor.tenant, email, reference)
    if (amount(row.currency) !== row.amount) throw new BillfoldError('transaction.amount-mismatch')
    if (row.state === outcome) return row
    if (row.state !== 'PENDING' && row.state !== 'EXPIRED') throw new BillfoldError('transaction.already-ended')
    const transferId = outcome === 'SUCCESS' || row.type === 'WITHDRAWAL' ? newId() : null
    const money = transferId === null ? [] : await moneyWrites(services, row, outcome, transferId)
    return commitEnd(services, actor, row, { state: outcome, transferId }, money)
  })
}

/** Ends a pending deposit that no gateway has reported. @returns false if it is no longer pending */
export function expireDeposit(services: Services, actor: Actor, id: string): Promise<boolean> {
  return retryOnConflict(async () => {
    const where = { id, type: 'DEPOSIT', state: 'PENDING' }
    const [row] = await services.storage.find(gatewayTransactions, { where, limit: 1 })
    if (row === undefined) return false
    await commitEnd(services, actor, row, { state: 'EXPIRED', transferId: null }, [])
    return true
  })
}

async function commitEnd(
  services: Services,
  actor: Actor,
  row: GatewayTransactionRow,
  end: Pick<GatewayTransactionRow, 'state' | 'transferId'>,
  money: readonly Write[],
): Promise<GatewayTransactionRow> {
  const { id, userId, state, version } = row
  const { state: outcome } = end
  const set = { ...end, endedAt: services.now() }
  const counted = { where: { userId, pendingTransactions: { gt: 0 } }, add: { pendingTransactions: -1 } }
  await services.storage.commit(
    batch(
      ...(state === 'PENDING' ? [update(paymentProfiles, counted)] : []),
      update(gatewayTransactions, { where: { id, state, version }, set, add: { version: 1 } }),
      ...statementStateWrites(id, [userId], outcome === 'SUCCESS' ? 'completed' : outcome.toLowerCase()),
      ...money,
      auditWrite(actor, 'payments.transaction-ended', id, services.now(), { outcome }),
      ...gatewayEvents(services, { ...row, ...set }),
    ),
  )
  return { ...row, ...set, version: version + 1 }
}

function moneyWrites(
  services: Services,
  row: GatewayTransactionRow,
  outcome: GatewayOutcome,
  transferId: string,
): Promise<readonly Write[]> {
  if (row.type === 'DEPOSIT') return depositWrites(services, row, transferId)
  const hold = holdForPayment({ ...row, owner: row.userId })
  return outcome === 'SUCCESS'
    ? captureWrites(services, hold, { kind: 'gateway' }, { transferId, kind: 'withdrawal' })
    : releaseWrites(services, hold, { transferId, kind: 'withdrawal.returned' })
}
