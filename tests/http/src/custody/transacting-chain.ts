import { evmChainClient, memoryStorage } from '@billfold/core'
import { JsonRpcProvider, parseEther, Wallet } from 'ethers'
import { type Anvil, startAnvil } from './anvil.ts'
import type { Outcome } from './custodian.ts'
import { newWallet, send, sharedKeyring, startTransactingHost, type TransactingHost } from './transacting-host.ts'

/** A chain, a host that has it, and one that has none, over one storage; and a wallet with 100 coins. */
export interface TransactingChain {
  readonly anvil: Anvil
  readonly provider: JsonRpcProvider
  readonly host: TransactingHost
  readonly bare: TransactingHost
  readonly wallet: { readonly id: string; readonly address: string }
  /** Asks a host to send a transaction of a wallet, and has it mined: Anvil answers before it has mined what it takes. */
  readonly send: (...request: Parameters<typeof send>) => Promise<Outcome>
  readonly close: () => Promise<void>
}

/** Starts all of it. */
export async function openTransactingChain(): Promise<TransactingChain> {
  const anvil = await startAnvil()
  const provider = new JsonRpcProvider(anvil.url, anvil.chainId, { staticNetwork: true, cacheTimeout: -1 })
  const storage = memoryStorage()
  const keyring = sharedKeyring()
  const host = await startTransactingHost(storage, keyring, evmChainClient({ url: anvil.url, chainId: anvil.chainId }))
  const bare = await startTransactingHost(storage, keyring, undefined)
  const wallet = await newWallet(host)
  await anvil.rpc('anvil_setBalance', wallet.address, `0x${parseEther('100').toString(16)}`)
  return {
    anvil,
    provider,
    host,
    bare,
    wallet,
    send: async (...request) => {
      const outcome = await send(...request)
      await anvil.rpc('evm_mine')
      return outcome
    },
    close: async () => {
      await Promise.all([host.close(), bare.close()])
      provider.destroy()
      await anvil.stop()
    },
  }
}

/** An address that nobody has used. */
export function someone(): string {
  return Wallet.createRandom().address
}
