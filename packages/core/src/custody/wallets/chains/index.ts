import { BillfoldError } from '../../../kernel/errors.ts'
import { aeternity } from './aeternity.ts'
import { bitcoinChain, bitcoinChains } from './bitcoin.ts'
import type { Chain } from './chain.ts'
import { evmChain, evmChains } from './evm.ts'
import { solana } from './solana.ts'
import { tron } from './tron.ts'

/** The chains enabled by a host, by `secretType`. */
export type Chains = ReadonlyMap<string, Chain>

const builtIn: readonly Chain[] = [
  ...evmChains.map(evmChain),
  aeternity,
  ...bitcoinChains.map(bitcoinChain),
  solana,
  tron,
]

/**
 * Returns all built-in chains: seven EVM chains, æternity, Bitcoin, Litecoin, Solana and TRON. The map is a copy.
 *
 * @example
 * ```ts
 * import { knownChains } from '@billfold/core'
 *
 * const chains = new Map([...knownChains()].filter(([secretType]) => secretType !== 'TRON'))
 * ```
 */
export function knownChains(): Chains {
  return new Map(builtIn.map((chain) => [chain.secretType, chain]))
}

/** Gets a chain by its `secretType`. @throws BillfoldError `chain.unsupported` */
export function getChain(chains: Chains, secretType: string): Chain {
  const chain = chains.get(secretType)
  if (chain !== undefined) return chain
  const name = /^[A-Z0-9_]{1,32}$/.test(secretType) ? secretType : undefined
  throw new BillfoldError(
    'chain.unsupported',
    name === undefined
      ? {}
      : { message: `The chain ${name} is not configured. Configured are: ${[...chains.keys()].join(', ')}` },
  )
}
