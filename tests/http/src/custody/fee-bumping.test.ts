import { evmChainClient } from '@billfold/core'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { listTestDatabases } from '@billfold/test-databases'
import { JsonRpcProvider, parseEther, parseUnits, Wallet } from 'ethers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Anvil, startAnvil } from './anvil.ts'
import {
  createWallet,
  sendTransaction,
  sharedKeyring,
  startTransactingHost,
  type TransactingHost,
} from './transacting-host.ts'

const gwei = (amount: string): string => parseUnits(amount, 'gwei').toString()

describe.each(await listTestDatabases())('a pending transaction under rising fees, on $name,', (database) => {
  let anvil: Anvil
  let provider: JsonRpcProvider
  let hosts: readonly TransactingHost[]
  let drop: () => Promise<void>
  /** The offset of the hosts' clock, in milliseconds. */
  let ahead = 0

  beforeAll(async () => {
    anvil = await startAnvil(['--no-mining'])
    provider = new JsonRpcProvider(anvil.url, anvil.chainId, { staticNetwork: true, cacheTimeout: -1 })
    const { dialect } = database
    const fresh = await database.create()
    drop = fresh.drop
    await migrate(fresh.connect(), { dialect })
    const keyring = sharedKeyring()
    const client = () => evmChainClient({ url: anvil.url, chainId: anvil.chainId, timeoutMs: 60_000 })
    const start = () =>
      startTransactingHost(kyselyStorage(fresh.connect(), { dialect }), keyring, client(), () => Date.now() + ahead)
    hosts = await Promise.all([start(), start()])
  })

  afterAll(async () => {
    await Promise.all(hosts.map(({ close }) => close()))
    provider.destroy()
    await anvil.stop()
    await drop()
  })

  /** Mines a block with this base fee, and sets it for the next one. */
  async function setBaseFee(fee: string): Promise<void> {
    await anvil.rpc('anvil_setNextBlockBaseFeePerGas', `0x${BigInt(fee).toString(16)}`)
    await anvil.rpc('evm_mine')
    await anvil.rpc('anvil_setNextBlockBaseFeePerGas', `0x${BigInt(fee).toString(16)}`)
  }

  it('is replaced by maintain() at a higher fee, mined once and found by its first hash', async () => {
    const [host, other] = [hosts[0] ?? expect.fail('no host'), hosts[1] ?? expect.fail('no host')]
    const wallet = await createWallet(host)
    await anvil.rpc('anvil_setBalance', wallet.address, `0x${parseEther('10').toString(16)}`)
    const to = Wallet.createRandom().address
    const request = { to, value: 1, chainSpecificFields: { maxReplacementFeePerGas: gwei('500') } }
    const { result: sent } = await sendTransaction(host, wallet.id, request, 'once')
    const status = async (hash: string) => (await other.call('GET', `/api/transactions/ETHEREUM/${hash}/status`)).result

    await setBaseFee(gwei('50'))
    await anvil.rpc('evm_mine')
    expect(await provider.getBalance(to)).toBe(0n)
    expect(await status(sent.transactionHash)).toMatchObject({ status: 'PENDING' })

    ahead += 181_000
    await setBaseFee(gwei('50'))
    await Promise.all(hosts.map(({ billfold }) => billfold.maintain()))
    const waits = await status(sent.transactionHash)
    expect(waits).toMatchObject({ status: 'PENDING', replacedBy: expect.stringMatching(/^0x[0-9a-f]{64}$/) })
    await anvil.rpc('evm_mine')

    expect(await provider.getBalance(to)).toBe(parseEther('1'))
    expect(await provider.getTransactionCount(wallet.address)).toBe(1)
    expect(await status(sent.transactionHash)).toMatchObject({
      hash: sent.transactionHash,
      status: 'SUCCEEDED',
      replacedBy: waits.replacedBy,
    })
    expect((await status(waits.replacedBy)).status).toBe('SUCCEEDED')
    const mined = await provider.getTransaction(waits.replacedBy)
    expect(mined?.maxFeePerGas).toBeLessThanOrEqual(BigInt(gwei('500')))
    expect((await sendTransaction(other, wallet.id, request, 'once')).result).toEqual(sent)
  }, 300_000)

  it('is built with its replacement fees, capped by the sender', async () => {
    const [host] = hosts
    if (host === undefined) return expect.fail('no host')
    const wallet = await createWallet(host)
    const to = Wallet.createRandom().address
    const fees = { gasPrice: gwei('10'), gasLimit: 21_000, nonce: 0 }
    const build = (maxReplacementFeePerGas: string) =>
      host.call('POST', '/api/transactions/build', {
        transactionRequest: {
          type: 'TRANSFER',
          secretType: 'ETHEREUM',
          walletId: wallet.id,
          to,
          value: 1,
          chainSpecificFields: { ...fees, maxReplacementFeePerGas },
        },
      })
    expect((await build(gwei('100'))).result.replacements).toEqual(
      ['20', '40', '100'].map((amount) => ({ gasPrice: gwei(amount) })),
    )
    expect(await build(gwei('9'))).toMatchObject({
      status: 400,
      codes: ['transactionRequest.chainSpecificFields.maxReplacementFeePerGas'],
    })
  })
})
