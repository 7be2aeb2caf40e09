import { type CustodyOptions, memoryStorage } from '@billfold/core'
import { JsonRpcProvider, parseEther, Wallet } from 'ethers'
import { type Anvil, startAnvil } from './anvil.ts'
import { type EvmConnection, jsonRpcConnection } from './evm-connections.ts'
import type { CustodyReply } from './custody-host.ts'
import {
  createWallet,
  sendTransaction,
  sharedKeyring,
  startTransactingHost,
  type TransactingHost,
} from './transacting-host.ts'

/** A chain, a host with a node of it and one without, over one storage, and a wallet with 100 coins. */
export interface TransactingChain {
  readonly anvil: Anvil
  readonly provider: JsonRpcProvider
  readonly host: TransactingHost
  readonly hostWithoutNode: TransactingHost
  /** How far the clock of the host with a node is ahead, in milliseconds. */
  readonly clock: { aheadMs: number }
  readonly wallet: { readonly id: string; readonly address: string }
  /** Sends a transaction and mines a block: Anvil responds before it mines. */
  readonly sendAndMine: (...request: Parameters<typeof sendTransaction>) => Promise<CustodyReply>
  readonly close: () => Promise<void>
}

/** Starts the chain and the hosts. `custody` returns options of the host with a node. */
export async function startTransactingChain(
  custody: (anvil: Anvil) => CustodyOptions | Promise<CustodyOptions> = () => ({}),
  anvilOptions: readonly string[] = [],
  { connect }: EvmConnection = jsonRpcConnection,
): Promise<TransactingChain> {
  const anvil = await startAnvil(anvilOptions)
  const provider = new JsonRpcProvider(anvil.url, anvil.chainId, { staticNetwork: true, cacheTimeout: -1 })
  const storage = memoryStorage()
  const keyring = sharedKeyring()
  const clock = { aheadMs: 0 }
  const client = connect(anvil)
  const host = await startTransactingHost(
    storage,
    keyring,
    client,
    () => Date.now() + clock.aheadMs,
    await custody(anvil),
  )
  const hostWithoutNode = await startTransactingHost(storage, keyring, undefined)
  const wallet = await createWallet(host)
  await anvil.rpc('anvil_setBalance', wallet.address, `0x${parseEther('100').toString(16)}`)
  return {
    anvil,
    provider,
    host,
    hostWithoutNode,
    clock,
    wallet,
    sendAndMine: async (...request) => {
      const outcome = await sendTransaction(...request)
      await anvil.rpc('evm_mine')
      return outcome
    },
    close: async () => {
      await Promise.all([host.close(), hostWithoutNode.close()])
      provider.destroy()
      await anvil.stop()
    },
  }
}

/** Returns an unused address. */
export function randomAddress(): string {
  return Wallet.createRandom().address
}
