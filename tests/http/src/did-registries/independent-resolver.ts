import { type DIDResolutionResult, Resolver } from 'did-resolver'
import { getResolver } from 'ethr-did-resolver'
import type { DeployedRegistry } from './deployed-registry.ts'

/** Resolves a DID with ethr-did-resolver from the newest block of the chain. */
export async function resolveIndependently(
  { anvil, contract, provider }: Pick<DeployedRegistry, 'anvil' | 'contract' | 'provider'>,
  did: string,
): Promise<DIDResolutionResult> {
  // A new provider every time, since it caches replies of the node.
  const drivers = getResolver({ name: 'development', chainId: anvil.chainId, rpcUrl: anvil.url, registry: contract })
  return new Resolver(drivers).resolve(`${did}?versionId=${await provider.getBlockNumber()}`)
}
