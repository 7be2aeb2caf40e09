import { askChain, type ChainClient, type ChainStatus } from '../chain-clients/index.ts'
import type { ChainServices } from '../services.ts'
import type { TransactionRow } from './record.ts'
import { replacementsOf } from './repricing/replacements.ts'

/** The status of a transaction and the hash it applies to: its own, or that of a replacement. */
export interface Whereabouts extends ChainStatus {
  readonly hash: string
}

/** Fetches the status of a transaction hash from the node. @throws BillfoldError `transaction.chain-unavailable` */
export function statusOnChain(services: ChainServices, client: ChainClient, hash: string): Promise<ChainStatus> {
  return askChain(client, services.logger, () => client.status(hash))
}

/**
 * Resolves the status of a transaction over its own hash and those of its broadcast replacements, at most one of which is
 * mined.
 * @throws BillfoldError `transaction.chain-unavailable`
 */
export async function whereabouts(
  services: ChainServices,
  client: ChainClient,
  row: Pick<TransactionRow, 'id' | 'hash'>,
): Promise<Whereabouts> {
  const replacements = (await replacementsOf(services, [row.id])).get(row.id) ?? []
  const broadcast = replacements.filter(({ handedOverAt }) => handedOverAt !== null)
  let found: Whereabouts = { hash: row.hash, state: 'unknown', confirmations: 0 }
  for (const hash of [...broadcast.map((replacement) => replacement.hash), row.hash].reverse()) {
    const status = await statusOnChain(services, client, hash)
    if (status.state === 'mined' || status.state === 'failed') return { hash, ...status }
    if (status.state === 'pending') found = { hash, ...status }
  }
  return found
}
