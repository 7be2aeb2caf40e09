import { type DIDResolutionResult, Resolver } from 'did-resolver'
import { getResolver } from 'ethr-did-resolver'
import type { DeployedRegistry } from './deployed-registry.ts'

/** Resolves a DID as ethr-did-resolver does, from the chain alone, as it is at its newest block. */
export async function resolveIndependently(
  { anvil, contract, provider }: Pick<DeployedRegistry, 'anvil' | 'contract' | 'provider'>,
  did: string,
): Promise<DIDResolutionResult> {
  // A new one every time: it keeps answers of the node for a while.
  const drivers = getResolver({ name: 'development', chainId: anvil.chainId, rpcUrl: anvil.url, registry: contract })
  return new Resolver(drivers).resolve(`${did}?versionId=${await provider.getBlockNumber()}`)
}
