import { auditRecord } from '../../audit/record.ts'
import { askChain, type ChainClient, type EvmClient, type EvmFees } from '../../chain-clients/index.ts'
import type { Services } from '../../services.ts'
import { batch, check, isCommitError, update } from '../../storage/index.ts'
import { evmFeesOf } from '../evm/evm.ts'
import { priceOf, tipOf } from './fee-ladder.ts'
import type { TransactionRow } from '../record.ts'
import { feesOf, openReplacement, replacementsOf, type ReplacementRow } from './replacements.ts'
import { transactionReplacements, transactions } from '../tables.ts'

/**
 * Replaces transactions of an account that wait although a node has them, and whose fee is below what the node advises now,
 * each with the cheapest of its own replacements that pays as much, or else with its dearest. Nothing is signed here: the
 * replacements were signed with the transaction, for the same nonce and to the same effect. Doing it twice at once does no harm.
 * @throws BillfoldError `transaction.chain-unavailable`
 */
export async function repriceWaiting(
  services: Services,
  client: ChainClient,
  rows: readonly TransactionRow[],
): Promise<void> {
  const waiting = rows.filter(({ state }) => state === 'sent')
  if (client.family !== 'evm' || waiting.length === 0) return
  const ladders = await replacementsOf(
    services,
    waiting.map(({ id }) => id),
  )
  if (ladders.size === 0) return
  const advised = await askChain(client, services.logger, () => client.fees())
  for (const row of waiting) {
    const ladder = ladders.get(row.id)
    if (ladder !== undefined) await reprice(services, client, row, ladder, advised)
  }
}

async function reprice(
  services: Services,
  client: EvmClient,
  row: TransactionRow,
  ladder: readonly ReplacementRow[],
  advised: EvmFees,
): Promise<void> {
  const inForce = ladder.findLast(({ handedOverAt }) => handedOverAt !== null)
  const since = inForce?.handedOverAt ?? row.createdAt
  const { afterSeconds } = services.chainConnections.repricing
  const isEnough = pays(inForce === undefined ? evmFeesOf(row.raw) : feesOf(inForce), advised)
  const dearer = ladder.filter(({ level }) => level > (inForce?.level ?? 0))
  const next = dearer.find((step) => pays(feesOf(step), advised)) ?? dearer.at(-1)
  if (isEnough || next === undefined || services.now() - since < afterSeconds * 1000) {
    // A process may have died just before it handed it over, or the node has forgotten it.
    if (inForce !== undefined) await handOver(services, client, inForce)
    return
  }
  if (await isMarked(services, row, next)) await handOver(services, client, next)
}

function pays(fees: EvmFees, advised: EvmFees): boolean {
  return priceOf(fees) >= priceOf(advised) && tipOf(fees) >= tipOf(advised)
}

/** Keeps that a replacement is handed over, before it is: whoever asks for the transaction asks for this hash, too. */
async function isMarked(
  services: Services,
  row: TransactionRow,
  { id, hash, level }: ReplacementRow,
): Promise<boolean> {
  const now = services.now()
  try {
    await services.storage.commit(
      batch(
        check(transactions, { where: { id: row.id, nonce: row.nonce, state: 'sent' } }),
        update(transactionReplacements, { where: { id, handedOverAt: null }, set: { handedOverAt: now } }),
        auditRecord({ tenant: row.tenant, id: 'host' }, 'transaction.repriced', row.walletId, now, {
          id: row.id,
          hash,
          level,
        }),
      ),
    )
    return true
  } catch (error) {
    if (isCommitError(error)) return false
    throw error
  }
}

/** Whatever the node says, the transaction that is to be replaced stays as good as it was. */
async function handOver(services: Services, client: EvmClient, replacement: ReplacementRow): Promise<void> {
  const raw = await openReplacement(services, replacement)
  if (raw === undefined) return
  const answer = await askChain(client, services.logger, () => client.broadcast(raw))
  if (answer.outcome === 'accepted') return
  services.logger.info({ replacement: replacement.id, outcome: answer.outcome }, 'a replacement was not taken')
}
