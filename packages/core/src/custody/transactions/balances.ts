import type { CustodyServices } from '../services.ts'
import { callNode, type ChainClient, chainLimits } from '../chain-clients/index.ts'
import { isBillfoldError } from '../../kernel/errors.ts'
import type { CustodyWalletRow } from '../wallets/sealing.ts'

/**
 * Fetches the balances of wallets in minor units, by wallet id. Balances of nodes that do not respond in time are missing, so
 * that a list of wallets is not delayed by a slow node.
 */
export async function fetchBalances(
  services: CustodyServices,
  wallets: readonly CustodyWalletRow[],
): Promise<ReadonlyMap<string, bigint>> {
  const balances = new Map<string, bigint>()
  const unreachable = new Set<ChainClient>()
  const queue = wallets.values()
  const worker = async (): Promise<void> => {
    for (const wallet of queue) {
      const client = services.chainConnections.clients.get(wallet.secretType)
      if (client === undefined || unreachable.has(client)) continue
      const balance = await tryFetchBalance(services, client, wallet.address)
      if (balance === undefined) unreachable.add(client)
      else balances.set(wallet.id, balance)
    }
  }
  await Promise.all(Array.from({ length: chainLimits.balanceConcurrency }, worker))
  return balances
}

/** Fetches the balance of an address in minor units. Undefined if no node says it in time. */
export async function fetchBalance(
  services: CustodyServices,
  { secretType, address }: Pick<CustodyWalletRow, 'secretType' | 'address'>,
): Promise<bigint | undefined> {
  const client = services.chainConnections.clients.get(secretType)
  return client === undefined ? undefined : tryFetchBalance(services, client, address)
}

async function tryFetchBalance(
  services: CustodyServices,
  client: ChainClient,
  address: string,
): Promise<bigint | undefined> {
  try {
    return await callNode(client, services.logger, () => client.balance(address), chainLimits.balanceTimeoutMs)
  } catch (error) {
    if (isBillfoldError(error)) return undefined
    throw error
  }
}
