/** The networks of TRON known by name, by the hash of their first block. */
export const tronNetworks = {
  mainnet: '00000000000000001ebf88508a03865c71d452e25f4d51194196a1d22b6653dc',
  shasta: '0000000000000000de1aa88295e1fcf982742f773e0419c5a9c134c994a9059e',
  nile: '0000000000000000d698d4192c56cb6be724a558448e2684802de4d6cd8690dc',
} as const

/** The name of a network, or the hash of its first block (64 hex digits). */
export type TronNetwork = keyof typeof tronNetworks | { readonly genesisHash: string }

/** Returns the hash of the first block. @throws RangeError if it is not 64 hex digits in lower case */
export function toGenesisHash(network: TronNetwork): string {
  const hash = typeof network === 'string' ? tronNetworks[network] : network.genesisHash
  if (!/^[0-9a-f]{64}$/.test(hash))
    throw new RangeError('tronChainClient: network.genesisHash must be 64 hex digits in lower case')
  return hash
}

/** Returns the CAIP-2 id of a network: `tron:` and the last four bytes of its first block's hash, its chain id. */
export function toTronCaip2(genesisHash: string): string {
  return `tron:0x${genesisHash.slice(-8)}`
}
