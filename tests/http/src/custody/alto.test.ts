import { bundlerClient, memoryStorage, newKey, paymasterClient } from '@billfold/core'
import { migrate } from '@billfold/storage-kysely'
import { type FreshDatabase, listTestDatabases } from '@billfold/test-databases'
import { Interface, JsonRpcProvider, parseEther } from 'ethers'
import { createRequire } from 'node:module'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Alto, requiredBundlers, startAlto } from './alto.ts'
import { type Anvil, startAnvil } from './anvil.ts'
import { deploy } from './contract-accounts.ts'
import { jsonRpcConnection } from './evm-connections.ts'
import { type HostProcess, startHostProcess } from './host-process.ts'
import { contracts, deploySmartAccountContracts } from './smart-account-contracts.ts'
import { sendUntilStored } from './send-until-stored.ts'
import { startTestBundler, type TestBundler } from './test-bundler.ts'
import { randomAddress, startTransactingChain, type TransactingChain } from './transacting-chain.ts'
import {
  pincode,
  sendTransaction,
  sharedKeyring,
  startTransactingHost,
  type TransactingHost,
} from './transacting-host.ts'

it('Alto, whose licence is the GPL, is no dependency', () => {
  const { dependencies, devDependencies } = createRequire(import.meta.url)('../../package.json')
  expect({ ...dependencies, ...devDependencies }).not.toHaveProperty('@pimlico/alto')
})

/** Pays for every operation: returns no context, and 0 for valid (`validatePaymasterUserOp`). */
const paysForAll = '604060005260606000f3'
const entryPoint = new Interface(['function depositTo(address account) payable'])

/** Anvil mines a block each second: Alto waits for the blocks of its bundles. */
const blocks = ['--block-time', '1']

const createAccount = async ({ call }: Pick<TransactingHost, 'call'>, anvil: Anvil, funds = '1000') => {
  const body = { secretType: 'ETHEREUM', walletType: 'SMART_ACCOUNT', pincode }
  const { result } = await call('POST', '/api/wallets', body)
  await anvil.rpc('anvil_setBalance', result.address, `0x${parseEther(funds).toString(16)}`)
  return result as { readonly id: string; readonly address: string }
}
const statusOf = async ({ call }: Pick<TransactingHost, 'call'>, hash: string) =>
  (await call('GET', `/api/transactions/ETHEREUM/${hash}/status`)).result

describe.each(requiredBundlers())('a contract account with the bundler %s', () => {
  let chain: TransactingChain
  let alto: Alto
  /** Answers for a paymaster, and bundles nothing. */
  let service: TestBundler

  beforeAll(async () => {
    chain = await startTransactingChain(async (anvil) => {
      await deploySmartAccountContracts(anvil)
      alto = await startAlto(anvil)
      service = await startTestBundler(anvil)
      return { smartAccounts: { ETHEREUM: { bundler: bundlerClient({ url: alto.url, timeoutMs: 60_000 }) } } }
    }, blocks)
  })

  afterAll(async () => {
    await service.close()
    await alto.kill()
    await chain.close()
  })

  const settled = (hash: string) => expect.poll(async () => (await statusOf(chain.host, hash)).status)

  it('is deployed by its first operation and pays with each, whose hashes the bundler knows', async () => {
    const account = await createAccount(chain.host, chain.anvil)
    for (const value of ['1', '2']) {
      const to = randomAddress()
      const { status, codes, result } = await sendTransaction(chain.host, account.id, { to, value })
      expect({ status, codes }).toEqual({ status: 200, codes: [] })
      await settled(result.transactionHash).toBe('SUCCEEDED')
      expect(await chain.provider.getBalance(to)).toBe(parseEther(value))
      const receipt = await askBundler(alto, 'eth_getUserOperationReceipt', result.transactionHash)
      expect(receipt).toMatchObject({ userOpHash: result.transactionHash, success: true })
    }
  })

  it('reports calls that no longer succeed as failed, and refuses those that would', async () => {
    const account = await createAccount(chain.host, chain.anvil, '10')
    const first = await sendTransaction(chain.host, account.id, { to: randomAddress(), value: '1' })
    await settled(first.result.transactionHash).toBe('SUCCEEDED')
    const reverting = await deploy(chain.anvil, '60006000fd')
    const refused = await sendTransaction(chain.host, account.id, { to: reverting, value: '1' })
    expect(refused).toMatchObject({ status: 400, codes: ['transaction.reverted'] })
    const unpaid = await sendTransaction(chain.host, account.id, { to: randomAddress(), value: '1000' })
    expect(unpaid.status).toBe(400)
    // Two payments that the account can afford one at a time, so that each passes its estimate.
    const both = await Promise.all(
      ['5', '5'].map((value) => sendTransaction(chain.host, account.id, { to: randomAddress(), value })),
    )
    expect(both.map(({ status }) => status)).toEqual([200, 200])
    const states = () =>
      Promise.all(both.map(async ({ result }) => (await statusOf(chain.host, result.transactionHash)).status))
    await expect.poll(async () => new Set(await states())).toEqual(new Set(['FAILED', 'SUCCEEDED']))
  })

  it('pays nothing if a paymaster pays (ERC-7677), whose deposit bounds what it pays', async () => {
    const paymaster = await deploy(chain.anvil, paysForAll)
    const answer = () => ({
      paymaster,
      paymasterData: '0x',
      paymasterVerificationGasLimit: '0x186a0',
      paymasterPostOpGasLimit: '0x0',
      isFinal: true,
    })
    for (const method of ['pm_getPaymasterStubData', 'pm_getPaymasterData']) service.overrides.set(method, answer)
    const { anvil } = chain
    const settings = {
      bundler: bundlerClient({ url: alto.url, timeoutMs: 60_000 }),
      paymaster: paymasterClient({ url: service.url }),
    }
    const sponsored = await startTransactingHost(
      memoryStorage(),
      sharedKeyring(),
      jsonRpcConnection.connect(anvil),
      Date.now,
      {
        smartAccounts: { ETHEREUM: settings },
      },
    )
    try {
      const account = await createAccount(sponsored, anvil, '1')
      const to = randomAddress()
      const unpaid = await sendTransaction(sponsored, account.id, { to, value: '1' })
      expect(unpaid).toMatchObject({ status: 400, codes: ['transaction.insufficient-funds'] })
      const data = entryPoint.encodeFunctionData('depositTo', [paymaster])
      const [from] = (await anvil.rpc('eth_accounts')) as readonly string[]
      await anvil.rpc('eth_sendTransaction', { from, to: contracts.entryPoint, value: '0xde0b6b3a7640000', data })
      await anvil.rpc('evm_mine')
      const { status, codes, result } = await sendTransaction(sponsored, account.id, { to, value: '1' })
      expect({ status, codes }).toEqual({ status: 200, codes: [] })
      await expect.poll(async () => (await statusOf(sponsored, result.transactionHash)).status).toBe('SUCCEEDED')
      expect(await chain.provider.getBalance(to)).toBe(parseEther('1'))
      expect(await chain.provider.getBalance(account.address)).toBe(0n)
    } finally {
      await sponsored.close()
    }
  })

  it('has an operation that the bundler forgets: it expires, is not replaced, and never executed afterwards', async () => {
    const account = await createAccount(chain.host, chain.anvil)
    const first = await sendTransaction(chain.host, account.id, { to: randomAddress(), value: '1' })
    await settled(first.result.transactionHash).toBe('SUCCEEDED')
    const replaced = await chain.host.call('POST', '/api/transactions/resubmit', {
      secretType: 'ETHEREUM',
      transactionHash: first.result.transactionHash,
      pincode,
    })
    expect(replaced.codes).toEqual(['transaction.unsupported-type'])
    // The bundle is in no block when the bundler dies and the node drops it.
    await chain.anvil.rpc('evm_setIntervalMining', 0)
    const to = randomAddress()
    const { status, result } = await sendTransaction(chain.host, account.id, { to, value: '1' })
    expect(status).toBe(200)
    const { transactionHash } = result
    await alto.kill()
    await chain.anvil.rpc('anvil_dropAllTransactions')
    expect((await statusOf(chain.host, transactionHash)).status).toBe('PENDING')
    const seconds = 3600 + 16 * 60
    chain.clock.aheadMs += seconds * 1000
    await chain.anvil.rpc('evm_increaseTime', seconds)
    await chain.anvil.rpc('evm_setIntervalMining', 1)
    await alto.start()
    await settled(transactionHash).toBe('EXPIRED')
    await chain.host.billfold.maintain()
    expect((await statusOf(chain.host, transactionHash)).status).toBe('EXPIRED')
    expect(await chain.provider.getBalance(to)).toBe(0n)
  })
})

/** Calls a method of the bundler. */
async function askBundler({ url }: Alto, method: string, ...params: readonly unknown[]): Promise<unknown> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  return ((await response.json()) as { readonly result?: unknown }).result
}

const databases = (await listTestDatabases()).filter(({ kind }) => kind === 'postgres' || kind === 'mysql')

describe.each(requiredBundlers().flatMap(() => databases))('Alto and two host processes on one $name', (database) => {
  const sends = 100
  const key = newKey()
  let fresh: FreshDatabase
  let anvil: Anvil
  let alto: Alto
  let provider: JsonRpcProvider
  let hosts: readonly HostProcess[]

  beforeAll(async () => {
    fresh = await database.create()
    await migrate(fresh.connect(), { dialect: database.dialect })
    anvil = await startAnvil(blocks)
    await deploySmartAccountContracts(anvil)
    alto = await startAlto(anvil, ['--mempool-max-parallel-ops', '20', '--enforce-unique-senders-per-bundle', 'false'])
    provider = new JsonRpcProvider(anvil.url, anvil.chainId, { staticNetwork: true, cacheTimeout: -1 })
    const start = (): Promise<HostProcess> =>
      startHostProcess(key, [database.dialect, fresh.url ?? '', anvil.url, String(anvil.chainId), alto.url])
    hosts = await Promise.all([start(), start()])
  })

  afterAll(async () => {
    await Promise.all(hosts.map(({ kill }) => kill()))
    provider.destroy()
    await alto.kill()
    await anvil.stop()
    await fresh.drop()
  })

  const pickHost = (index: number): HostProcess => hosts[index % hosts.length] ?? expect.fail('no host')

  it(`executes ${sends} operations that are sent at once, each once, while the bundler is killed and forgets`, async () => {
    const account = await createAccount(pickHost(0), anvil)
    const first = await sendTransaction(pickHost(0), account.id, { to: randomAddress(), value: 0 })
    const state = async (hash: string) => (await statusOf(pickHost(1), hash)).status
    await expect.poll(() => state(first.result.transactionHash)).toBe('SUCCEEDED')
    const to = randomAddress()
    // Each process queues a bounded number of requests of one PIN, and gas is estimated by the bundler.
    const retriedCodes = ['server.busy', 'transaction.chain-unavailable']
    const persist = (index: number): Promise<string> =>
      sendUntilStored({ pickHost, walletId: account.id, to, index, retriedCodes, delayMs: 200 })
    const sending = Array.from({ length: sends }, (_, index) => persist(index))
    const paid = async () => Number((await provider.getBalance(to)) / parseEther('0.1'))
    await expect.poll(paid).toBeGreaterThan(sends / 10)
    await alto.kill()
    await alto.start()
    const hashes = await Promise.all(sending)
    expect(new Set(hashes).size).toBe(sends)
    // A status request sends again what the bundler has forgotten, and what it had no room for.
    const states = async () => {
      const found: string[] = []
      for (const [index, hash] of hashes.entries()) found.push((await statusOf(pickHost(index), hash)).status)
      return [...new Set(found)]
    }
    await expect.poll(states, { interval: 500, timeout: 250_000 }).toEqual(['SUCCEEDED'])
    expect(await paid()).toBe(sends)
  })
})
