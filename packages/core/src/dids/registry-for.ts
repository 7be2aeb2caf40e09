import { BillfoldError } from '../errors.ts'
import type { ParsedDid } from './did.ts'
import type { DidRegistry } from './registry.ts'

/**
 * The registry that a DID is kept in: the one of its network, or the first where it names none.
 * @throws BillfoldError `did.unknown-network`
 */
export function registryFor(registries: readonly DidRegistry[], { network }: Pick<ParsedDid, 'network'>): DidRegistry {
  const registry = network === undefined ? registries[0] : registries.find(({ networks }) => networks.includes(network))
  if (registry === undefined) throw new BillfoldError('did.unknown-network')
  return registry
}
