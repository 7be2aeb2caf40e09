import { askChain, type ChainClient, chainLimits } from '../chain-clients/index.ts'
import { isBillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import type { WalletRow } from '../wallets/sealing.ts'

/**
 * The balances of wallets in their chains' smallest units, by the wallet's id. One that no node tells in time is missing:
 * a list of wallets does not wait for a node.
 */
export async function balancesOf(
  services: Services,
  wallets: readonly WalletRow[],
): Promise<ReadonlyMap<string, bigint>> {
  const balances = new Map<string, bigint>()
  const silent = new Set<ChainClient>()
  const queue = wallets.values()
  const askOneByOne = async (): Promise<void> => {
    for (const wallet of queue) {
      const client = services.chainConnections.clients.get(wallet.secretType)
      if (client === undefined || silent.has(client)) continue
      const balance = await balanceOf(services, client, wallet.address)
      if (balance === undefined) silent.add(client)
      else balances.set(wallet.id, balance)
    }
  }
  await Promise.all(Array.from({ length: chainLimits.balancesAtOnce }, askOneByOne))
  return balances
}

async function balanceOf(services: Services, client: ChainClient, address: string): Promise<bigint | undefined> {
  try {
    return await askChain(client, services.logger, () => client.balance(address), chainLimits.balanceMilliseconds)
  } catch (error) {
    if (isBillfoldError(error)) return undefined
    throw error
  }
}
