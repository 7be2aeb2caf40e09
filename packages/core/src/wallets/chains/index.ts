import { BillfoldError } from '../../errors.ts'
import { aeternity } from './aeternity.ts'
import { bitcoinChain, bitcoinChains } from './bitcoin.ts'
import type { Chain } from './chain.ts'
import { evmChain, evmChains } from './evm.ts'
import { solana } from './solana.ts'
import { tron } from './tron.ts'

/** The chains that a host has, by secretType. */
export type Chains = ReadonlyMap<string, Chain>

const known: readonly Chain[] = [
  ...evmChains.map(evmChain),
  aeternity,
  ...bitcoinChains.map(bitcoinChain),
  solana,
  tron,
]

/** All chains that are known without configuration. */
export function knownChains(): Chains {
  return new Map(known.map((chain) => [chain.secretType, chain]))
}

/** @throws BillfoldError `chain.unsupported` */
export function chainOf(chains: Chains, secretType: string): Chain {
  const chain = chains.get(secretType)
  if (chain === undefined) throw new BillfoldError('chain.unsupported')
  return chain
}
