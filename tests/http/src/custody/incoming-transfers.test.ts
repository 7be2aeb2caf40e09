import { evmTransferSource, type Storage } from '@billfold/core'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { type FreshDatabase, listTestDatabases } from '@billfold/test-databases'
import { JsonRpcProvider, parseEther } from 'ethers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Anvil, startAnvil } from './anvil.ts'
import { deployContract } from './deploy-contract.ts'
import { evmConnections } from './evm-connections.ts'
import { createWallet, sharedKeyring, startTransactingHost, type TransactingHost } from './transacting-host.ts'

const confirmations = 3

interface WalletEvent {
  readonly type: string
  readonly client: string
  readonly metadata: string
}

describe.each(await listTestDatabases())('what wallets receive, with two hosts on one $name,', (database) => {
  let fresh: FreshDatabase
  let anvil: Anvil
  let hosts: readonly TransactingHost[]
  let payer: string
  let token: string

  beforeAll(async () => {
    anvil = await startAnvil()
    const provider = new JsonRpcProvider(anvil.url, anvil.chainId, { staticNetwork: true })
    const [first = ''] = (await anvil.rpc('eth_accounts')) as readonly string[]
    payer = first
    const contract = await deployContract(provider, 'ERC20PresetFixedSupply', 'Test', 'TST', 1_000_000n, payer)
    token = await contract.getAddress()
    provider.destroy()
    await anvil.rpc('evm_setAutomine', false)
    fresh = await database.create()
    const { dialect } = database
    await migrate(fresh.connect(), { dialect })
    const keyring = sharedKeyring()
    const storage = (): Storage => kyselyStorage(fresh.connect(), { dialect })
    hosts = await Promise.all(
      evmConnections.map(({ connect }) => {
        const client = connect(anvil, 60_000)
        const source = evmTransferSource({ client, tokens: [token], confirmations, blockRange: 4, fromBlock: 0 })
        return startTransactingHost(storage(), keyring, client, Date.now, { transferSources: { ETHEREUM: source } })
      }),
    )
  })

  afterAll(async () => {
    await Promise.all(hosts.map(({ close }) => close()))
    await anvil.stop()
    await fresh.drop()
  })

  const host = (): TransactingHost => hosts[0] ?? expect.fail('no host')
  const maintain = () => Promise.all(hosts.map(({ billfold }) => billfold.maintain()))
  const pay = (to: string, value: bigint, more: object = {}) =>
    anvil.rpc('eth_sendTransaction', { from: payer, to, value: `0x${value.toString(16)}`, ...more })
  const mine = (blocks = 1) => anvil.rpc('anvil_mine', `0x${blocks.toString(16)}`)
  const received = async (walletId: string) => {
    const { result } = await host().call('GET', `/api/wallets/${walletId}/events?size=100`)
    return (result as readonly WalletEvent[])
      .filter(({ type }) => type === 'INCOMING_TRANSACTION')
      .map(({ client, metadata }) => ({ client, ...JSON.parse(metadata) }))
  }

  it('are recorded once each, when their block is final', async () => {
    const wallet = await createWallet(host())
    const other = await createWallet(host())
    const hash = await pay(wallet.address, parseEther('1'))
    await pay(other.address, 5n)
    await mine(confirmations - 1)
    await maintain()
    expect(await received(wallet.id)).toEqual([])
    await mine()
    await maintain()
    await maintain()
    const from = expect.stringMatching(new RegExp(payer, 'i'))
    expect(await received(wallet.id)).toEqual([{ client: 'chain', hash, from, amount: parseEther('1').toString() }])
    expect(await received(other.id)).toMatchObject([{ amount: '5' }])
  })

  it('include tokens of the listed contracts, and neither what failed nor what moved nothing', async () => {
    const wallet = await createWallet(host())
    const transfer = (amount: bigint): string =>
      `0xa9059cbb${wallet.address.slice(2).toLowerCase().padStart(64, '0')}${amount.toString(16).padStart(64, '0')}`
    const hash = await pay(token, 0n, { data: transfer(7n) })
    await pay(token, 0n, { data: transfer(0n) })
    await pay(token, 0n, { data: transfer(10_000_000n), gas: '0x186a0' })
    await pay(wallet.address, 0n)
    await anvil.rpc('anvil_setCode', wallet.address, '0x60006000fd')
    await pay(wallet.address, 9n, { gas: '0x186a0' })
    await mine(confirmations)
    await maintain()
    expect(await received(wallet.id)).toMatchObject([
      { hash, amount: '7', tokenAddress: expect.stringMatching(new RegExp(token, 'i')) },
    ])
  })

  it('leave out what a reorganization has removed, and record once what it has moved', async () => {
    const [removed, moved] = [await createWallet(host()), await createWallet(host())]
    const snapshot = await anvil.rpc('evm_snapshot')
    await pay(removed.address, 1n)
    await pay(moved.address, 2n)
    await mine(confirmations - 1)
    await maintain()
    await anvil.rpc('evm_revert', snapshot)
    await anvil.rpc('anvil_dropAllTransactions')
    await mine()
    const hash = await pay(moved.address, 2n)
    await mine(confirmations)
    await maintain()
    expect(await received(removed.id)).toEqual([])
    expect(await received(moved.id)).toMatchObject([{ hash, amount: '2' }])
  })

  it('are recorded up to a bound in one run, and the rest in later ones', async () => {
    const wallet = await createWallet(host())
    for (let count = 0; count < 3; count++) {
      await pay(wallet.address, BigInt(count + 1))
      await mine(60)
    }
    await maintain()
    expect((await received(wallet.id)).length).toBeLessThan(3)
    for (let run = 0; run < 4; run++) await maintain()
    expect(new Set((await received(wallet.id)).map(({ amount }) => amount))).toEqual(new Set(['1', '2', '3']))
    expect(await received(wallet.id)).toHaveLength(3)
  })
})
