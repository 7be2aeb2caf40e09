import type { ChainClient } from '../chain-clients/index.ts'
import { isBillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import { batch, committed, update } from '../storage/index.ts'
import { catchUp } from './catch-up.ts'
import { transactionLimits } from './limits.ts'
import { forgetSigned } from './repricing/replacements.ts'
import { repriceWaiting } from './repricing/reprice.ts'
import { accountName, accountOf, type TransactionRow } from './record.ts'
import { transactions } from './tables.ts'
import { transactionEvent, type TransactionEvent } from './transaction-event.ts'
import { whereabouts } from './whereabouts.ts'

/**
 * Looks at the transactions whose time has come: hands over again what the nodes do not have, and ends with those that are
 * in the chain for good. Doing it twice at once does no harm.
 */
export async function lookAfterTransactions(services: Services): Promise<void> {
  const due = await services.storage.find(transactions, {
    where: { nextLookAt: { lte: services.now() } },
    orderBy: [['nextLookAt', 'asc']],
    limit: transactionLimits.looksAtOnce,
  })
  for (const [account, rows] of groupByAccount(due)) await lookAtAccount(services, account, rows)
}

function groupByAccount(rows: readonly TransactionRow[]): ReadonlyMap<string, TransactionRow[]> {
  const accounts = new Map<string, TransactionRow[]>()
  for (const row of rows) accounts.set(accountName(row), [...(accounts.get(accountName(row)) ?? []), row])
  return accounts
}

async function lookAtAccount(services: Services, account: string, rows: readonly TransactionRow[]): Promise<void> {
  const [first] = rows
  const client = first && services.chainConnections.clients.get(first.secretType)
  await lookAgainLater(services, rows)
  if (first === undefined || client === undefined) return
  try {
    const { mined } = await services.chainConnections.inTurn(account, () => catchUp(services, client, accountOf(first)))
    for (const row of rows) if (row.nonce !== null && row.nonce < mined) await settle(services, client, row)
    await repriceWaiting(
      services,
      client,
      rows.filter(({ nonce }) => nonce !== null && nonce >= mined),
    )
  } catch (error) {
    if (!isBillfoldError(error)) throw error
    services.logger.warn({ cause: error, account }, 'the transactions of an account could not be looked at')
  }
}

async function lookAgainLater(services: Services, rows: readonly TransactionRow[]): Promise<void> {
  const nextLookAt = services.now() + transactionLimits.lookAgainMilliseconds
  const ids = rows.map(({ id }) => id)
  const where = { id: { in: ids }, nextLookAt: { lte: services.now() } }
  await services.storage.commit(batch(update(transactions, { where, set: { nextLookAt }, hits: 'any' })))
}

/** Ends with a transaction whose nonce is used, once it cannot be otherwise any more. */
async function settle(services: Services, client: ChainClient, row: TransactionRow): Promise<void> {
  const { state, confirmations } = await whereabouts(services, client, row)
  if (state === 'mined' || state === 'failed') {
    if (confirmations >= transactionLimits.finalConfirmations)
      await end(services, row, { state, failure: null }, `transaction.${state}`)
    return
  }
  if (row.state === 'refused') return end(services, row, {})
  if (state === 'unknown' && services.now() - row.createdAt >= transactionLimits.replacedAfterMilliseconds)
    await end(services, row, { state: 'replaced', failure: 'transaction.replaced' }, 'transaction.replaced')
}

/** Ends with it once, though several processes may see its end at the same moment. */
async function end(
  services: Services,
  row: TransactionRow,
  set: Partial<TransactionRow>,
  event?: TransactionEvent,
): Promise<void> {
  const change = { ...set, cancelRaw: null, nextLookAt: null }
  await committed(
    services,
    update(transactions, { where: { id: row.id, nonce: row.nonce, nextLookAt: { gte: 0 } }, set: change }),
    ...forgetSigned(row.id),
    ...(event === undefined ? [] : transactionEvent(services, row, event)),
  )
}
