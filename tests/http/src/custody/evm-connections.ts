import { type EvmBlockClient, evmChainClient } from '@billfold/core'
import { viemChainClient } from '@billfold/core/viem'
import { createPublicClient, http } from 'viem'
import { foundry } from 'viem/chains'
import type { Anvil } from './anvil.ts'

/** A way to connect a host to an EVM node. */
export interface EvmConnection {
  readonly name: string
  readonly connect: (anvil: Pick<Anvil, 'url' | 'chainId'>, timeoutMs?: number) => EvmBlockClient
}

/** Billfold's own JSON-RPC client. */
export const jsonRpcConnection: EvmConnection = {
  name: 'JSON-RPC',
  connect: ({ url, chainId }, timeoutMs) =>
    evmChainClient({ url, chainId, ...(timeoutMs !== undefined && { timeoutMs }) }),
}

/** A public client of viem as a host would tune it, which sends requests in batches. */
export const viemConnection: EvmConnection = {
  name: 'viem',
  connect: ({ url, chainId }, timeoutMs) =>
    viemChainClient(
      createPublicClient({ chain: { ...foundry, id: chainId }, transport: http(url, { batch: true }) }),
      timeoutMs === undefined ? {} : { timeoutMs },
    ),
}

/** All of them. */
export const evmConnections: readonly EvmConnection[] = [jsonRpcConnection, viemConnection]
