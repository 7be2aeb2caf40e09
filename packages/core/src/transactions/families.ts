import type { ChainClient } from '../chain-clients/index.ts'
import { BillfoldError } from '../errors.ts'
import { evmChains } from '../wallets/chains/evm.ts'
import { aeternityTransactions } from './aeternity.ts'
import { evmTransactions } from './evm/evm.ts'
import type { TransactionFormat } from './format.ts'

interface Family {
  readonly format: TransactionFormat
  readonly network: string
}

const formats = { evm: evmTransactions, aeternity: aeternityTransactions } as const

/** The networks of chains for which no client is configured. */
const known: ReadonlyMap<string, Family> = new Map([
  ...evmChains.map(({ secretType, chainId }): [string, Family] => [
    secretType,
    { format: formats.evm, network: `eip155:${chainId}` },
  ]),
  ['AETERNITY', { format: formats.aeternity, network: 'aeternity:ae_mainnet' }],
])

/**
 * How transactions of a chain are made, and for which network: that of the client, where there is one.
 * @throws BillfoldError `transaction.unsupported-type` for chains whose transactions are not known
 */
export function familyOf(secretType: string, client: ChainClient | undefined): Family {
  const family =
    client === undefined ? known.get(secretType) : { format: formats[client.family], network: client.network }
  if (family === undefined) throw new BillfoldError('transaction.unsupported-type')
  return family
}
