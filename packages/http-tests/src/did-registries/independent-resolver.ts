import { type DIDResolutionResult, Resolver } from 'did-resolver'
import { getResolver } from 'ethr-did-resolver'
import type { DeployedRegistry } from './deployed-registry.ts'

/** Resolves a DID as ethr-did-resolver does, from the chain alone, as it is at its newest block. */
export function independentResolver({
  anvil,
  contract,
  provider,
}: DeployedRegistry): (did: string) => Promise<DIDResolutionResult> {
  const drivers = getResolver({
    name: 'development',
    chainId: anvil.chainId,
    rpcUrl: anvil.url,
    registry: contract,
    provider,
  })
  const resolver = new Resolver(drivers)
  return async (did) => resolver.resolve(`${did}?versionId=${await provider.getBlockNumber()}`)
}
