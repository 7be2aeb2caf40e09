import { contractIndexer, type CustodyOptions, evmChainClient, type IndexedChain } from '@billfold/core'
import type { HostSettings, TokenContract } from './settings.ts'

/** Options of the custody API: the configured nodes, and the tokens that are listed. */
export function custodyOptions({ chainNodes, tokenContracts }: HostSettings): CustodyOptions {
  const nodes = chainNodes.map(({ secretType, chainId, url }) => ({
    secretType,
    client: evmChainClient({ url, chainId }),
  }))
  const indexed = nodes.map(({ secretType, client }): [string, IndexedChain] => {
    const contracts = tokenContracts.filter((contract) => contract.secretType === secretType)
    const tokens = contracts.filter(({ type }) => type === 'ERC_20').map(({ address }) => address)
    return [secretType, { client, tokens, nonFungibles: contracts.flatMap(toNonFungible) }]
  })
  return {
    chainClients: Object.fromEntries(nodes.map(({ secretType, client }) => [secretType, client])),
    ...(tokenContracts.length > 0 && { tokenIndexer: contractIndexer(Object.fromEntries(indexed)) }),
  }
}

function toNonFungible({
  type,
  address,
  fromBlock,
}: TokenContract): NonNullable<IndexedChain['nonFungibles']>[number][] {
  return type === 'ERC_20' ? [] : [{ type, address, fromBlock }]
}
