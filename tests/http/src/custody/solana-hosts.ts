import { memoryStorage, solanaChainClient, solanaTransferSource } from '@billfold/core'
import { getCompiledTransactionMessageDecoder } from '@solana/kit'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import type { CustodyReply } from './custody-host.ts'
import { type SolanaChain, startSolanaChain } from './solana-chain.ts'
import { pincode, sharedKeyring, startTransactingHost, type TransactingHost } from './transacting-host.ts'

/** The token whose transfers are recorded. */
export const recordedToken = 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v'

/** Starts two hosts over one storage and one chain, before the tests of a file. */
export function prepareSolanaHosts() {
  let chain: SolanaChain
  let hosts: readonly TransactingHost[]
  let ahead = 0

  beforeAll(async () => {
    chain = await startSolanaChain()
    const storage = memoryStorage()
    const keyring = sharedKeyring()
    const client = solanaChainClient({ url: chain.url, network: { genesisHash: chain.genesisHash } })
    const start = () =>
      startTransactingHost(storage, keyring, undefined, () => Date.now() + ahead, {
        chainClients: { SOLANA: client },
        transferSources: {
          SOLANA: solanaTransferSource({ client, tokens: [recordedToken], fromBlock: 0, blockRange: 500 }),
        },
      })
    hosts = [await start(), await start()]
  })

  afterAll(async () => {
    await Promise.all(hosts.map(({ close }) => close()))
    await chain.close()
  })

  afterEach(() => chain.overrides.clear())

  const host = (index = 0): TransactingHost => hosts[index % hosts.length] ?? expect.fail('no host')

  return {
    get chain() {
      return chain
    },
    host,

    createWallet: async (sol = 0): Promise<{ readonly id: string; readonly address: string }> => {
      const { result } = await host().call('POST', '/api/wallets', { secretType: 'SOLANA', pincode })
      if (sol > 0) chain.airdrop(result.address, sol)
      return result
    },

    send: (walletId: string, request: object, key?: string, index = 0): Promise<CustodyReply> => {
      const body = { pincode, transactionRequest: { type: 'TRANSFER', secretType: 'SOLANA', walletId, ...request } }
      return host(index).call('POST', '/api/transactions', body, key === undefined ? {} : { 'idempotency-key': key })
    },

    statusOf: async (hash: string): Promise<string> =>
      (await host().call('GET', `/api/transactions/SOLANA/${hash}/status`)).result.status,

    /** Reconciles what is due, on both hosts. */
    maintain: async (): Promise<void> => {
      ahead += 120_000
      await Promise.all(hosts.map(({ billfold }) => billfold.maintain()))
    },

    /** The message of an executed transaction, as another library decodes it. */
    decodeExecuted: (hash: string) => {
      const bytes = chain.executed.get(hash)?.messageBytes ?? new Uint8Array()
      const message = getCompiledTransactionMessageDecoder().decode(bytes)
      return 'instructions' in message ? message : expect.fail('no legacy message')
    },
  }
}
