import type { CustodyServices } from '../../services.ts'
import {
  callNode,
  type ChainClient,
  type EvmClient,
  type EvmFees,
  fetchFeesInRange,
} from '../../chain-clients/index.ts'
import { parseEvmFees } from '../formats/evm/evm.ts'
import { toMaxFee, toPriorityFee } from './fee-bump-schedule.ts'
import type { TransactionRow } from '../transaction-row.ts'
import { broadcastReplacement, markReplacementBroadcast } from './broadcast-replacement.ts'
import { parseReplacementFees, listReplacements, type TransactionReplacementRow } from './replacements.ts'

/**
 * Bumps the fees of pending transactions whose fees are below the node's current recommendation. Each is replaced with the
 * cheapest of its pre-signed replacements that meets the recommendation, or else with the most expensive one. Nothing is
 * signed here: the replacements were signed with the transaction, with the same nonce and effect. Safe to run concurrently.
 * @throws BillfoldError `transaction.chain-unavailable`
 */
export async function bumpFees(
  services: CustodyServices,
  client: ChainClient,
  rows: readonly TransactionRow[],
): Promise<void> {
  const pending = rows.filter(({ state }) => state === 'sent')
  if (client.family !== 'evm' || pending.length === 0) return
  const replacements = await listReplacements(
    services,
    pending.map(({ id }) => id),
  )
  if (replacements.size === 0) return
  const recommended = await callNode(client, services.logger, () => fetchFeesInRange(client))
  for (const row of pending) {
    const candidates = replacements.get(row.id)
    if (candidates !== undefined) await bumpFee(services, client, row, candidates, recommended)
  }
}

async function bumpFee(
  services: CustodyServices,
  client: EvmClient,
  row: TransactionRow,
  candidates: readonly TransactionReplacementRow[],
  recommended: EvmFees,
): Promise<void> {
  const current = candidates.findLast(({ broadcastAt }) => broadcastAt !== null)
  const since = current?.broadcastAt ?? row.createdAt
  const { afterSeconds } = services.chainConnections.feeBumping
  const isSufficient = meets(current === undefined ? parseEvmFees(row.raw) : parseReplacementFees(current), recommended)
  const higher = candidates.filter(({ level }) => level > (current?.level ?? 0))
  const next = higher.find((candidate) => meets(parseReplacementFees(candidate), recommended)) ?? higher.at(-1)
  if (isSufficient || next === undefined || services.now() - since < afterSeconds * 1000) {
    // A process may have died just before broadcasting it, or the node may have dropped it.
    if (current !== undefined) await broadcastReplacement(services, client, current)
    return
  }
  if (await markReplacementBroadcast(services, row, next)) await broadcastReplacement(services, client, next)
}

function meets(fees: EvmFees, recommended: EvmFees): boolean {
  return toMaxFee(fees) >= toMaxFee(recommended) && toPriorityFee(fees) >= toPriorityFee(recommended)
}
