import { parseEther } from 'ethers'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { evmConnections } from './evm-connections.ts'
import { randomAddress, startTransactingChain, type TransactingChain } from './transacting-chain.ts'
import { createWallet, pincode, sendTransaction } from './transacting-host.ts'

let chain: TransactingChain
let wallet: { readonly id: string; readonly address: string }
let to: string
let hash: string

const replace = (kind: 'resubmit' | 'cancel', more: object = {}) =>
  chain.host.call('POST', `/api/transactions/${kind}`, {
    secretType: 'ETHEREUM',
    transactionHash: hash,
    pincode,
    ...more,
  })
const status = async (of: string): Promise<unknown> =>
  (await chain.host.call('GET', `/api/transactions/ETHEREUM/${of}/status`)).result

describe.each(evmConnections)('over $name:', (connection) => {
  beforeAll(async () => {
    chain = await startTransactingChain(undefined, [], connection)
  })
  afterAll(() => chain.close())

  /** A transfer that no block takes, because its fee is below the base fee of the chain. */
  beforeEach(async () => {
    const { anvil, host } = chain
    await anvil.rpc('evm_setAutomine', false)
    wallet = await createWallet(host)
    to = randomAddress()
    await anvil.rpc('anvil_setBalance', wallet.address, `0x${parseEther('10').toString(16)}`)
    await anvil.rpc('anvil_setNextBlockBaseFeePerGas', '0x1')
    await anvil.rpc('evm_mine')
    const chainSpecificFields = { maxFeePerGas: '1000', maxPriorityFeePerGas: '1', gasLimit: 21_000 }
    const sent = await sendTransaction(host, wallet.id, { to, value: '1', chainSpecificFields })
    expect(sent.status).toBe(200)
    hash = sent.result.transactionHash
    await anvil.rpc('anvil_setNextBlockBaseFeePerGas', '0x3b9aca00')
    await anvil.rpc('evm_mine')
  })

  describe('a transaction whose fee has become too low', () => {
    it('is mined after it was resubmitted at the fee of now, and known by both hashes', async () => {
      expect(await status(hash)).toMatchObject({ status: 'PENDING' })
      const { status: code, result } = await replace('resubmit')
      expect(code).toBe(200)
      expect(result.transactionHash).not.toBe(hash)
      await chain.anvil.rpc('evm_mine')
      expect(await chain.provider.getBalance(to)).toBe(parseEther('1'))
      expect(await status(hash)).toMatchObject({ hash, status: 'SUCCEEDED', replacedBy: result.transactionHash })
      expect(await status(result.transactionHash)).toMatchObject({ status: 'SUCCEEDED' })
      // The wallet is not blocked any more.
      await chain.anvil.rpc('evm_setAutomine', true)
      expect((await sendTransaction(chain.host, wallet.id, { to, value: '1' })).status).toBe(200)
      expect(await replace('resubmit')).toMatchObject({ status: 409, codes: ['transaction.not-pending'] })
    })

    it('is not executed after it was cancelled', async () => {
      const { result } = await replace('cancel')
      await chain.anvil.rpc('evm_mine')
      expect(await chain.provider.getBalance(to)).toBe(0n)
      expect(await status(hash)).toMatchObject({ status: 'CANCELED', replacedBy: result.transactionHash })
      expect(await chain.provider.getTransactionCount(wallet.address)).toBe(1)
    })

    it('stays cancelled if the node loses it, and if it is resubmitted', async () => {
      await replace('cancel')
      await chain.anvil.rpc('anvil_dropAllTransactions')
      expect(await status(hash)).toMatchObject({ status: 'PENDING' })
      expect((await replace('resubmit')).status).toBe(200)
      await chain.anvil.rpc('evm_mine')
      expect(await chain.provider.getBalance(to)).toBe(0n)
      expect(await status(hash)).toMatchObject({ status: 'CANCELED' })
    })

    it('is replaced by one of several concurrent requests at a time, each at a higher fee', async () => {
      const replies = await Promise.all([replace('resubmit'), replace('cancel'), replace('resubmit')])
      for (const { status: code } of replies) expect([200, 409]).toContain(code)
      await chain.anvil.rpc('evm_mine')
      expect(await chain.provider.getTransactionCount(wallet.address)).toBe(1)
    })

    it('is replaced only with the PIN of its wallet, in its tenant, on its chain', async () => {
      expect(await replace('cancel', { pincode: '000000' })).toMatchObject({
        status: 403,
        codes: ['pincode.incorrect'],
      })
      expect(await replace('cancel', { transactionHash: `0x${'12'.repeat(32)}` })).toMatchObject({
        status: 404,
        codes: ['wallet-transaction.not-found'],
      })
      expect(await replace('cancel', { secretType: 'MATIC' })).toMatchObject({ status: 404 })
      expect((await replace('cancel')).status).toBe(200)
    })
  })

  describe('the list of transactions', () => {
    it('has those of a user, by their status', async () => {
      const listed = async (query: string): Promise<readonly { transactionHash: string }[]> =>
        (await chain.host.call('GET', `/api/transactions?${query}`)).result
      const [newest] = await listed('size=1')
      expect(newest).toMatchObject({
        transactionHash: hash,
        createdAt: expect.any(String),
        transactionRequest: {
          walletId: wallet.id,
          secretType: 'ETHEREUM',
          type: 'ETH_TRANSACTION',
          transferType: 'TRANSFER',
          status: 'PENDING',
        },
      })
      expect(await listed('statuses=SUCCEEDED,FAILED')).toEqual([])
      expect(await listed('userId=nobody')).toEqual([])
      expect((await listed('statuses=PENDING&sortOrder=ASC')).at(-1)).toEqual(newest)
      expect((await chain.host.call('GET', '/api/transactions?statuses=SOMETHING')).status).toBe(400)
      await replace('cancel')
      await chain.anvil.rpc('evm_mine')
    })
  })
})
