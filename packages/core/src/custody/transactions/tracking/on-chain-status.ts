import type { ChainServices } from '../../services.ts'
import { callNode, type CommonChainClient, type NodeTransactionStatus } from '../../chain-clients/index.ts'
import type { TransactionRow } from '../transaction-row.ts'
import { listReplacements } from '../fee-bumping/replacements.ts'

/** The status of a transaction and the hash it applies to: its own, or that of a replacement. */
export interface OnChainStatus extends NodeTransactionStatus {
  readonly hash: string
  /** True if it is a replacement without effect. */
  readonly cancels: boolean
}

/** Fetches the status of a transaction hash from the node. @throws BillfoldError `transaction.chain-unavailable` */
export function fetchNodeStatus(
  services: ChainServices,
  client: CommonChainClient,
  hash: string,
): Promise<NodeTransactionStatus> {
  return callNode(client, services.logger, () => client.status(hash))
}

/**
 * Resolves the status of a transaction over its own hash and those of its broadcast replacements, at most one of which is
 * mined.
 * @throws BillfoldError `transaction.chain-unavailable`
 */
export async function resolveOnChainStatus(
  services: ChainServices,
  client: CommonChainClient,
  row: Pick<TransactionRow, 'id' | 'hash'>,
): Promise<OnChainStatus> {
  const replacements = (await listReplacements(services, [row.id])).get(row.id) ?? []
  const broadcast = replacements.filter(({ broadcastAt }) => broadcastAt !== null)
  let found: OnChainStatus = { hash: row.hash, cancels: false, state: 'unknown', confirmations: 0 }
  for (const { hash, cancels } of [...broadcast, { hash: row.hash, cancels: false }].reverse()) {
    const status = await fetchNodeStatus(services, client, hash)
    if (status.state === 'mined' || status.state === 'failed') return { hash, cancels, ...status }
    if (status.state === 'pending') found = { hash, cancels, ...status }
  }
  return found
}
