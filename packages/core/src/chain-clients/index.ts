export { type AeternityClientOptions, aeternityChainClient } from './aeternity-client.ts'
export type {
  AccountNonces,
  AeternityClient,
  BroadcastAnswer,
  ChainClient,
  ChainClients,
  ChainStatus,
  EvmCall,
  EvmClient,
  EvmFees,
} from './chain-client.ts'
export { askChain, type ChainConnections, chainConnections, clientFor } from './connections.ts'
export { type EvmClientOptions, evmChainClient } from './evm-client.ts'
export type { EvmHistory, EvmHistoryClient, EvmLog, EvmLogQuery } from './evm-history.ts'
export { chainLimits } from './limits.ts'
export { type Repricing, repricingRules } from './repricing.ts'
