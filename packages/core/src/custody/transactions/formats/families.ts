import type { ChainClient, ChainConnections } from '../../chain-clients/index.ts'
import { BillfoldError } from '../../../kernel/errors.ts'
import { evmChains } from '../../wallets/chains/evm.ts'
import { aeternityTransactionFormat } from './aeternity.ts'
import { evmTransactionFormat } from './evm/evm.ts'
import type { TransactionFormat } from './transaction-format.ts'

interface ChainFamily {
  readonly format: TransactionFormat
  readonly network: string
}

const formats = { evm: evmTransactionFormat, aeternity: aeternityTransactionFormat } as const

/** Default networks of chains without a configured client. */
const defaults: ReadonlyMap<string, ChainFamily> = new Map([
  ...evmChains.map(({ secretType, chainId }): [string, ChainFamily] => [
    secretType,
    { format: formats.evm, network: `eip155:${chainId}` },
  ]),
  ['AETERNITY', { format: formats.aeternity, network: 'aeternity:ae_mainnet' }],
])

/**
 * Checks that a chain's transactions are supported, so that a caller does not retry where no node would help.
 * @throws BillfoldError `transaction.unsupported-type`
 */
export function assertTransactionsSupported({ clients }: ChainConnections, secretType: string): void {
  getChainFamily(secretType, clients.get(secretType))
}

/**
 * Gets the transaction format of a chain and its network (CAIP-2). A configured client determines the network.
 * @throws BillfoldError `transaction.unsupported-type` if the chain's transactions are not supported
 */
export function getChainFamily(secretType: string, client: ChainClient | undefined): ChainFamily {
  const family =
    client === undefined ? defaults.get(secretType) : { format: formats[client.family], network: client.network }
  if (family === undefined) throw new BillfoldError('transaction.unsupported-type')
  return family
}
