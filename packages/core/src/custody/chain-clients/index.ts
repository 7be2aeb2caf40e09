export { type AeternityClientOptions, aeternityChainClient } from './aeternity-client.ts'
export type {
  AccountNonces,
  AeternityClient,
  BroadcastResult,
  ChainClient,
  ChainClients,
  ChainTip,
  Coin,
  CommonChainClient,
  NodeTransactionStatus,
  EvmCall,
  EvmClient,
  EvmFees,
  NonceChainClient,
  ReservingBroadcastResult,
  ReservingChainClient,
  SolanaClient,
  SolanaToken,
  SolanaTokenAccount,
  TronCall,
  TronClient,
  TronResources,
  UtxoClient,
} from './chain-client.ts'
export { hasNonces } from './chain-client.ts'
export { callNode, type ChainConnections, createChainConnections, getChainClient } from './connections.ts'
export { type EvmClientOptions, evmChainClient } from './evm-client.ts'
export type { EvmBlock, EvmBlockClient, EvmBlockLog, EvmBlockLogQuery, EvmBlocks } from './evm-blocks.ts'
export type { EvmHistory, EvmHistoryClient, EvmLog, EvmLogQuery, EvmLogRangeQuery } from './evm-history.ts'
export { type ContractSignature, maxContractSignatureBytes, verifyContractSignature } from './contract-signature.ts'
export { estimateGasInRange, fetchFeesInRange } from './evm-ranges.ts'
export type { SolanaBlockClient, SolanaIncrease } from './solana/solana-blocks.ts'
export { type SolanaClientOptions, type SolanaNetwork, solanaChainClient } from './solana/solana-client.ts'
export { chainLimits } from './limits.ts'
export { type FeeBumping, resolveFeeBumping } from './fee-bumping.ts'
export { type BitcoinCoreClientOptions, bitcoinCoreChainClient } from './utxo/bitcoin-core-client.ts'
export { type EsploraClientOptions, esploraChainClient } from './utxo/esplora-client.ts'
export { type UtxoNetwork, type UtxoNetworkOption, utxoNetworks } from './utxo/networks.ts'
export type { UtxoBlock, UtxoBlockClient, UtxoBlockTransaction } from './utxo/utxo-blocks.ts'
export type { UtxoClientOptions } from './utxo/options.ts'
export { parseSpentOutputs } from './utxo/spent-outputs.ts'
export type { TronBlock, TronBlockClient, TronBlockTransfer } from './tron/tron-blocks.ts'
export { type TronClientOptions, tronChainClient } from './tron/tron-client.ts'
export { type TronNetwork, tronNetworks } from './tron/networks.ts'
