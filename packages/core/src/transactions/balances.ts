import { askChain, type ChainClient, chainLimits } from '../chain-clients/index.ts'
import { isBillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import type { WalletRow } from '../wallets/sealing.ts'

/**
 * Fetches the balances of wallets in minor units, by wallet id. Balances of nodes that do not respond in time are missing, so
 * that a list of wallets is not delayed by a slow node.
 */
export async function balancesOf(
  services: Services,
  wallets: readonly WalletRow[],
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
  await Promise.all(Array.from({ length: chainLimits.balancesAtOnce }, worker))
  return balances
}

async function tryFetchBalance(services: Services, client: ChainClient, address: string): Promise<bigint | undefined> {
  try {
    return await askChain(client, services.logger, () => client.balance(address), chainLimits.balanceMilliseconds)
  } catch (error) {
    if (isBillfoldError(error)) return undefined
    throw error
  }
}
