import { storageLimits } from '../../kernel/storage/index.ts'
import type { CustodyServices } from '../services.ts'
import type { CustodyWalletRow } from '../wallets/sealing.ts'
import { wallets } from '../wallets/tables.ts'

/** Finds the wallets of addresses, in all tenants. */
export interface WalletLookup {
  /** Returns those of the addresses that wallets have, and remembers their wallets. */
  readonly findWallets: (addresses: readonly string[]) => Promise<ReadonlySet<string>>
  /** Lists the wallets of an address, of those that were found. */
  readonly listWallets: (address: string) => readonly CustodyWalletRow[]
}

/** Creates the lookup of one chain. */
export function createWalletLookup({ storage }: Pick<CustodyServices, 'storage'>, secretType: string): WalletLookup {
  const found = new Map<string, Map<string, CustodyWalletRow>>()
  return {
    findWallets: async (addresses) => {
      const distinct = [...new Set(addresses)]
      for (let start = 0; start < distinct.length; start += storageLimits.valuesPerIn) {
        const chunk = distinct.slice(start, start + storageLimits.valuesPerIn)
        for (const wallet of await storage.find(wallets, { where: { secretType, address: { in: chunk } } }))
          found.set(
            wallet.address,
            (found.get(wallet.address) ?? new Map<string, CustodyWalletRow>()).set(wallet.id, wallet),
          )
      }
      return new Set(distinct.filter((address) => found.has(address)))
    },
    listWallets: (address) => [...(found.get(address)?.values() ?? [])],
  }
}
