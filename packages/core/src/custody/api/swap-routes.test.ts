import { beforeEach, describe, expect, it } from 'vitest'
import { newId } from '../../kernel/ids.ts'
import { type CustodyCall, custodyCaller } from '../../test-fixtures/custody-caller.ts'
import { testServices } from '../../test-fixtures/services.ts'
import type { SwapOrder, SwapProvider } from '../swaps/swap-provider.ts'

const pincode = '471147'
let orders: SwapOrder[]
let buildSwap: SwapProvider['buildSwap']
let call: CustodyCall
let walletId: string
let address: string

beforeEach(async () => {
  orders = []
  buildSwap = async (order) => {
    orders.push(order)
    return [
      { type: 'CONTRACT_EXECUTION', to: `0x${'11'.repeat(20)}`, functionName: 'approve', inputs: [] },
      { type: 'TRANSFER', to: `0x${'22'.repeat(20)}`, value: '1' },
    ]
  }
  call = await custodyCaller(testServices(), 'default', {
    swapProvider: {
      listRates: () => Promise.reject(new Error('a secret of the provider')),
      listPairs: () => Promise.resolve([]),
      buildSwap: (order) => buildSwap(order),
    },
  })
  const { result } = await call('createWallet', { body: { secretType: 'ETHEREUM', pincode } })
  walletId = result.id
  address = result.address
})

const order = (fields: object = {}) => ({
  params: { walletId },
  body: {
    fromSecretType: 'ETHEREUM',
    toSecretType: 'ETHEREUM',
    fromToken: 'ETH',
    toToken: 'USDC',
    inputAmount: 1.5,
    outputAmount: 3000,
    orderType: 'SELL',
    exchange: 'UNISWAP',
    ...fields,
  },
})

describe('a swap', () => {
  it('is built by the provider, for the wallet, and not sent', async () => {
    const { result } = await call('buildSwap', order())
    expect(result).toMatchObject([
      { type: 'CONTRACT_EXECUTION', walletId, secretType: 'ETHEREUM' },
      { type: 'TRANSFER', walletId, secretType: 'ETHEREUM', value: '1' },
    ])
    expect(orders).toEqual([
      {
        wallet: { secretType: 'ETHEREUM', address },
        destination: { secretType: 'ETHEREUM', address },
        fromToken: 'ETH',
        toToken: 'USDC',
        inputAmount: 1.5,
        outputAmount: 3000,
        orderType: 'SELL',
        exchange: 'UNISWAP',
      },
    ])
    expect((await call('listTransactions')).result).toEqual([])
  })

  it.each([
    ['of another chain than that of the wallet', { fromSecretType: 'MATIC' }, 'fromSecretType'],
    ['to another chain than that of the receiving wallet', { toSecretType: 'MATIC' }, 'toSecretType'],
    ['of another wallet than that of the path', { walletId: newId() }, 'walletId'],
    ['to an unknown wallet', { destinationWalletId: newId() }, 'wallet.not-found'],
    ['of a negative amount', { inputAmount: -1 }, 'inputAmount'],
  ])('is refused %s', async (_, fields, code) => {
    expect((await call('buildSwap', order(fields))).codes).toEqual([code])
    expect(orders).toEqual([])
  })

  it('that the provider cannot build is 503, without its error', async () => {
    buildSwap = () => Promise.reject(new Error('a secret of the provider'))
    expect(await call('buildSwap', order())).toMatchObject({ status: 503, codes: ['swap-provider.failed'] })
    expect((await call('listSwapPairs', { params: { walletId } })).result).toEqual([])
  })
})
