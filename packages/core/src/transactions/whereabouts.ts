import { askChain, type ChainClient, type ChainStatus } from '../chain-clients/index.ts'
import type { ChainServices } from '../services.ts'
import type { TransactionRow } from './record.ts'
import { replacementsOf } from './repricing/replacements.ts'

/** What became of a transaction, and under which hash: its own, or that of a replacement. */
export interface Whereabouts extends ChainStatus {
  readonly hash: string
}

/** What the node knows of a hash. @throws BillfoldError `transaction.chain-unavailable` */
export function statusOnChain(services: ChainServices, client: ChainClient, hash: string): Promise<ChainStatus> {
  return askChain(client, services.logger, () => client.status(hash))
}

/**
 * What the node knows of a transaction and of the replacements that a node was given: of all of them, one at most is mined.
 * @throws BillfoldError `transaction.chain-unavailable`
 */
export async function whereabouts(
  services: ChainServices,
  client: ChainClient,
  row: Pick<TransactionRow, 'id' | 'hash'>,
): Promise<Whereabouts> {
  const replacements = (await replacementsOf(services, [row.id])).get(row.id) ?? []
  const given = replacements.filter(({ handedOverAt }) => handedOverAt !== null)
  let found: Whereabouts = { hash: row.hash, state: 'unknown', confirmations: 0 }
  for (const hash of [...given.map((replacement) => replacement.hash), row.hash].reverse()) {
    const status = await statusOnChain(services, client, hash)
    if (status.state === 'mined' || status.state === 'failed') return { hash, ...status }
    if (status.state === 'pending') found = { hash, ...status }
  }
  return found
}
