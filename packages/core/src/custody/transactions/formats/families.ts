import type { ChainClient, ChainConnections } from '../../chain-clients/index.ts'
import { BillfoldError } from '../../../kernel/errors.ts'
import { evmChains } from '../../wallets/chains/evm.ts'
import { aeternityTransactionFormat } from './aeternity.ts'
import { evmTransactionFormat } from './evm/evm.ts'
import type { ReservingFormat } from './reserving-format.ts'
import type { TransactionFormat } from './transaction-format.ts'
import { solanaTransactionFormat } from './solana/solana.ts'
import { tronTransactionFormat } from './tron/tron.ts'
import { utxoTransactionFormat } from './utxo/utxo.ts'

/** The transaction format of a chain: with the nonces of accounts, or with reservations. */
type FamilyFormat =
  | { readonly ordering: 'nonces'; readonly format: TransactionFormat }
  | { readonly ordering: 'reservations'; readonly format: ReservingFormat }

/** A chain's transaction format and its network (CAIP-2). */
export type ChainFamily = FamilyFormat & { readonly network: string }

const formats = {
  evm: { ordering: 'nonces', format: evmTransactionFormat },
  aeternity: { ordering: 'nonces', format: aeternityTransactionFormat },
  utxo: { ordering: 'reservations', format: utxoTransactionFormat },
  solana: { ordering: 'reservations', format: solanaTransactionFormat },
  tron: { ordering: 'reservations', format: tronTransactionFormat },
} as const satisfies Readonly<Record<ChainClient['family'], FamilyFormat>>

/** Default networks of chains without a configured client. Those of the Bitcoin family are named by their genesis block (CAIP-4). */
const defaults: ReadonlyMap<string, ChainFamily> = new Map([
  ...evmChains.map(({ secretType, chainId }): [string, ChainFamily] => [
    secretType,
    { ...formats.evm, network: `eip155:${chainId}` },
  ]),
  ['AETERNITY', { ...formats.aeternity, network: 'aeternity:ae_mainnet' }],
  ['BITCOIN', { ...formats.utxo, network: 'bip122:000000000019d6689c085ae165831e93' }],
  ['SOLANA', { ...formats.solana, network: 'solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp' }],
  ['TRON', { ...formats.tron, network: 'tron:0x2b6653dc' }],
  ['LITECOIN', { ...formats.utxo, network: 'bip122:12a765e31ffd4059bada1e25190f6e98' }],
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
    client === undefined ? defaults.get(secretType) : { ...formats[client.family], network: client.network }
  if (family === undefined) throw new BillfoldError('transaction.unsupported-type')
  return family
}
