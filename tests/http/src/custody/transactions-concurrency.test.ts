import type { Storage } from '@billfold/core'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { type FreshDatabase, listTestDatabases } from '@billfold/test-databases'
import { JsonRpcProvider, parseEther, Wallet } from 'ethers'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Anvil, saveState, startAnvil } from './anvil.ts'
import { type EvmConnection, evmConnections } from './evm-connections.ts'
import {
  createWallet,
  sendTransaction,
  sharedKeyring,
  startTransactingHost,
  type TransactingHost,
} from './transacting-host.ts'

const sends = 40

for (const database of await listTestDatabases())
  describe(`two hosts, which reach their node over JSON-RPC and viem, on one ${database.name}`, () => {
    let fresh: FreshDatabase
    let anvil: Anvil
    let folder: string
    let provider: JsonRpcProvider
    let hosts: readonly TransactingHost[]
    /** The offset of the hosts' clock, in milliseconds. */
    let ahead = 0

    const stateFile = (): string => join(folder, 'state.json')

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'billfold-anvil-'))
      fresh = await database.create()
      // Mines on demand, so that the content of each block is known.
      anvil = await startAnvil(['--no-mining', '--state', stateFile()])
      provider = new JsonRpcProvider(anvil.url, anvil.chainId, { staticNetwork: true, cacheTimeout: -1 })
      const { dialect } = database
      await migrate(fresh.connect(), { dialect })
      const keyring = sharedKeyring()
      const storage = (): Storage => kyselyStorage(fresh.connect(), { dialect })
      const start = ({ connect }: EvmConnection): Promise<TransactingHost> =>
        startTransactingHost(storage(), keyring, connect(anvil, 60_000), () => Date.now() + ahead)
      hosts = await Promise.all(evmConnections.map(start))
    })

    afterAll(async () => {
      await Promise.all(hosts.map(({ close }) => close()))
      provider.destroy()
      await anvil.stop()
      await fresh.drop()
      await rm(folder, { recursive: true })
    })

    const pickHost = (index: number): TransactingHost => hosts[index % hosts.length] ?? expect.fail('no host')

    async function fundedWallet(): Promise<{ id: string; address: string }> {
      const wallet = await createWallet(pickHost(0))
      await anvil.rpc('anvil_setBalance', wallet.address, `0x${parseEther('1000').toString(16)}`)
      return wallet
    }

    async function expectMinedOnce(hashes: ReadonlySet<string>, from: string, to: string): Promise<void> {
      expect(hashes.size).toBe(sends)
      await anvil.rpc('evm_mine')
      const receipts = await Promise.all([...hashes].map((hash) => provider.getTransactionReceipt(hash)))
      expect(receipts.map((receipt) => receipt?.status)).toEqual(receipts.map(() => 1))
      expect(await provider.getTransactionCount(from)).toBe(sends)
      expect(await provider.getBalance(to)).toBe(parseEther('0.1') * BigInt(sends))
    }

    it(`mine ${sends} concurrent transactions of one wallet once each`, async () => {
      const wallet = await fundedWallet()
      const to = Wallet.createRandom().address
      const outcomes = await Promise.all(
        Array.from({ length: sends }, (_, index) => sendTransaction(pickHost(index), wallet.id, { to, value: '0.1' })),
      )
      expect(outcomes.map(({ status, codes }) => ({ status, codes }))).toEqual(
        outcomes.map(() => ({ status: 200, codes: [] })),
      )
      const hashes = new Set(outcomes.map(({ result }) => result.transactionHash as string))
      await expectMinedOnce(hashes, wallet.address, to)
    }, 300_000)

    it('lose and duplicate no transaction if the node restarts from an earlier block', async () => {
      const wallet = await fundedWallet()
      const to = Wallet.createRandom().address
      let done = 0
      let rejected = 0
      /** Retries under the same key until it succeeds. */
      const persist = async (index: number): Promise<string> => {
        for (;;) {
          const { status, codes, result } = await sendTransaction(
            pickHost(index),
            wallet.id,
            { to, value: '0.1' },
            `send ${index}`,
          )
          if (status === 200) {
            done++
            return result.transactionHash
          }
          expect({ status, codes }).toEqual({ status: 503, codes: ['transaction.chain-unavailable'] })
          rejected++
          await new Promise((resolve) => setTimeout(resolve, 100))
        }
      }
      const half = sends / 2
      const sending = Array.from({ length: half }, (_, index) => persist(index))
      const until = (reached: () => boolean) => expect.poll(reached, { interval: 5 }).toBe(true)
      await until(() => done >= half / 4)
      await anvil.rpc('evm_mine')
      await saveState(anvil, stateFile())
      await until(() => done >= half / 2)
      await anvil.rpc('evm_mine')
      await anvil.kill()
      sending.push(...Array.from({ length: half }, (_, index) => persist(half + index)))
      await until(() => rejected > 0)
      await anvil.start()
      const hashes = new Set(await Promise.all(sending))
      ahead += 120_000
      await Promise.all(hosts.map(({ billfold }) => billfold.maintain()))
      await expectMinedOnce(hashes, wallet.address, to)
    }, 300_000)

    it('rebroadcast pending transactions that the node dropped', async () => {
      const wallet = await fundedWallet()
      const to = Wallet.createRandom().address
      const outcomes = await Promise.all(
        Array.from({ length: 10 }, (_, index) => sendTransaction(pickHost(index), wallet.id, { to, value: 1 })),
      )
      expect(outcomes.map(({ status }) => status)).toEqual(outcomes.map(() => 200))
      await anvil.rpc('anvil_dropAllTransactions')
      expect(await provider.getTransactionCount(wallet.address, 'pending')).toBe(0)
      const { result } = await pickHost(1).call(
        'GET',
        `/api/transactions/ETHEREUM/${outcomes[3]?.result.transactionHash}/status`,
      )
      expect(result.status).toBe('PENDING')
      expect(await provider.getTransactionCount(wallet.address, 'pending')).toBe(10)
      await anvil.rpc('evm_mine')
      expect(await provider.getBalance(to)).toBe(parseEther('10'))
    })
  })
