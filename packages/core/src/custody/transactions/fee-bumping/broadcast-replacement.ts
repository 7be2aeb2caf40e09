import { check, tryCommit, update } from '../../../kernel/storage/index.ts'
import { auditWrite } from '../../../platform/audit/audit-write.ts'
import { callNode, type EvmClient, type ReservingChainClient } from '../../chain-clients/index.ts'
import type { CustodyServices } from '../../services.ts'
import { transactionReplacements, transactions } from '../tables.ts'
import type { TransactionRow } from '../transaction-row.ts'
import { openReplacement, type TransactionReplacementRow } from './replacements.ts'

/** Marks a replacement as broadcast before broadcasting it, so that status queries include its hash. Returns false on conflict. */
export function markReplacementBroadcast(
  services: CustodyServices,
  row: TransactionRow,
  { id, hash, level }: TransactionReplacementRow,
): Promise<boolean> {
  const now = services.now()
  return tryCommit(
    services,
    check(transactions, { where: { id: row.id, nonce: row.nonce, state: 'sent' } }),
    update(transactionReplacements, { where: { id, broadcastAt: null }, set: { broadcastAt: now } }),
    auditWrite({ tenant: row.tenant, id: 'host' }, 'transaction.fee-bumped', row.walletId, now, {
      id: row.id,
      hash,
      level,
    }),
  )
}

/** Broadcasts a replacement. A refusal does not affect the transaction to be replaced. */
export async function broadcastReplacement(
  services: CustodyServices,
  client: EvmClient | ReservingChainClient,
  replacement: TransactionReplacementRow,
): Promise<void> {
  const raw = await openReplacement(services, replacement)
  if (raw === undefined) return
  const result = await callNode(client, services.logger, async () => client.broadcast(raw))
  if (result.outcome === 'accepted') return
  services.logger.info({ replacement: replacement.id, outcome: result.outcome }, 'replacement refused by node')
}
