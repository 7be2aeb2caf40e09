import type { CustodyServices } from '../../services.ts'
import { callNode, type ReservingChainClient, type UtxoClient } from '../../chain-clients/index.ts'
import { getSpentCoins } from './spent-coins.ts'
import { computeFeeOf } from '../formats/utxo/fee-rates.ts'
import { broadcastReplacement, markReplacementBroadcast } from '../fee-bumping/broadcast-replacement.ts'
import { listReplacements, type TransactionReplacementRow } from '../fee-bumping/replacements.ts'
import type { TransactionRow } from '../transaction-row.ts'

/**
 * Bumps the fees of pending transactions (BIP-125) whose sender allowed it: after the interval, each is replaced with the cheapest of its
 * pre-signed replacements that meets the node's recommendation, or else with the most expensive one. Nothing is signed here. Safe to run concurrently.
 */
export async function bumpFeeRates(
  services: CustodyServices,
  client: UtxoClient,
  rows: readonly TransactionRow[],
): Promise<void> {
  if (rows.length === 0) return
  const replacements = await listReplacements(
    services,
    rows.map(({ id }) => id),
  )
  if (replacements.size === 0) return
  const recommended = await callNode(client, services.logger, () => client.feeRate())
  for (const row of rows) {
    const candidates = replacements.get(row.id)
    if (candidates !== undefined) await bumpFeeRate(services, client, row, candidates, recommended)
  }
}

async function bumpFeeRate(
  services: CustodyServices,
  client: ReservingChainClient,
  row: TransactionRow,
  candidates: readonly TransactionReplacementRow[],
  recommended: bigint,
): Promise<void> {
  const current = candidates.findLast(({ broadcastAt }) => broadcastAt !== null)
  const { afterSeconds } = services.chainConnections.feeBumping
  const isDue = services.now() - (current?.broadcastAt ?? row.createdAt) >= afterSeconds * 1000
  const higher = candidates.filter(({ level }) => level > (current?.level ?? 0))
  const next = higher.find((candidate) => toFeeRate(candidate) >= recommended) ?? higher.at(-1)
  const paid = current === undefined ? await computePaidFeeRate(services, row) : toFeeRate(current)
  if (!isDue || next === undefined || paid >= recommended) {
    // A process may have died just before broadcasting it, or the node may have dropped it.
    if (current !== undefined) await broadcastReplacement(services, client, current)
    return
  }
  if (await markReplacementBroadcast(services, row, next)) await broadcastReplacement(services, client, next)
}

async function computePaidFeeRate(services: CustodyServices, row: TransactionRow): Promise<bigint> {
  return computeFeeOf(row.raw, await getSpentCoins(services, row, row.raw)).feeRate
}

function toFeeRate({ maxFeePerGas }: TransactionReplacementRow): bigint {
  return BigInt(maxFeePerGas)
}
