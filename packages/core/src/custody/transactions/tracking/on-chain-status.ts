import type { ChainServices } from '../../services.ts'
import { callNode, type ChainClient, type NodeTransactionStatus } from '../../chain-clients/index.ts'
import type { TransactionRow } from '../transaction-row.ts'
import { listReplacements } from '../fee-bumping/replacements.ts'

/** The status of a transaction and the hash it applies to: its own, or that of a replacement. */
export interface OnChainStatus extends NodeTransactionStatus {
  readonly hash: string
}

/** Fetches the status of a transaction hash from the node. @throws BillfoldError `transaction.chain-unavailable` */
export function fetchNodeStatus(
  services: ChainServices,
  client: ChainClient,
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
  client: ChainClient,
  row: Pick<TransactionRow, 'id' | 'hash'>,
): Promise<OnChainStatus> {
  const replacements = (await listReplacements(services, [row.id])).get(row.id) ?? []
  const broadcast = replacements.filter(({ broadcastAt }) => broadcastAt !== null)
  let found: OnChainStatus = { hash: row.hash, state: 'unknown', confirmations: 0 }
  for (const hash of [...broadcast.map((replacement) => replacement.hash), row.hash].reverse()) {
    const status = await fetchNodeStatus(services, client, hash)
    if (status.state === 'mined' || status.state === 'failed') return { hash, ...status }
    if (status.state === 'pending') found = { hash, ...status }
  }
  return found
}
