import { evmChainClient, memoryStorage } from '@billfold/core'
import { getAddress, parseEther, Transaction } from 'ethers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { randomAddress, startTransactingChain, type TransactingChain } from './transacting-chain.ts'
import {
  createWallet,
  pincode,
  sendTransaction,
  sharedKeyring,
  startTransactingHost,
  type TransactingHost,
} from './transacting-host.ts'

let chain: TransactingChain
let anvil: TransactingChain['anvil']
let provider: TransactingChain['provider']
let host: TransactingHost
let hostWithoutNode: TransactingHost
let wallet: TransactingChain['wallet']

beforeAll(async () => {
  chain = await startTransactingChain()
  ;({ anvil, provider, host, hostWithoutNode, wallet } = chain)
})

afterAll(() => chain.close())

describe('a built transaction', () => {
  const request = (overrides: Readonly<Record<string, unknown>> = {}): object => ({
    transactionRequest: {
      type: 'TRANSFER',
      secretType: 'ETHEREUM',
      walletId: wallet.id,
      to: wallet.address,
      value: 1,
      ...overrides,
    },
  })

  it('is returned as fields and as bytes, and not sent', async () => {
    const nonce = await provider.getTransactionCount(wallet.address)
    const { result } = await host.call('POST', '/api/transactions/build', request())
    expect(result).toMatchObject({
      type: 'ETH_TRANSACTION',
      transactionType: 'EIP1559',
      chainId: '31337',
      nonce,
      gas: '21000',
      value: parseEther('1').toString(),
      walletId: wallet.id,
    })
    const unsigned = Transaction.from(result.unsigned)
    expect(unsigned).toMatchObject({ nonce, value: parseEther('1'), to: wallet.address, chainId: 31_337n })
    expect(await provider.getTransactionCount(wallet.address)).toBe(nonce)
  })

  it('needs no node if the request has nonce, gas and fee', async () => {
    const chainSpecificFields = { nonce: 3, gasLimit: 21_000, gasPrice: '1000000000' }
    const { status, result } = await hostWithoutNode.call(
      'POST',
      '/api/transactions/build',
      request({ chainSpecificFields }),
    )
    expect(status).toBe(200)
    expect(Transaction.from(result.unsigned)).toMatchObject({
      type: 0,
      nonce: 3,
      gasPrice: 1_000_000_000n,
      chainId: 1n,
      to: getAddress(wallet.address),
    })
  })
})

describe('without a node', () => {
  it('returns 503 for a transaction with missing fields', async () => {
    const transactionRequest = {
      type: 'TRANSFER',
      secretType: 'ETHEREUM',
      walletId: wallet.id,
      to: randomAddress(),
      value: 1,
    }
    for (const chainSpecificFields of [
      undefined,
      { gasLimit: 21_000, gasPrice: 1 },
      { nonce: 1, gasPrice: 1 },
      { nonce: 1, gasLimit: 21_000 },
    ]) {
      const built = await hostWithoutNode.call('POST', '/api/transactions/build', {
        transactionRequest: { ...transactionRequest, chainSpecificFields },
      })
      expect(built).toMatchObject({ status: 503, codes: ['transaction.chain-unavailable'] })
    }
  })

  it('returns 503 for sending and status, and no balances', async () => {
    expect(await sendTransaction(hostWithoutNode, wallet.id, { to: randomAddress(), value: 1 })).toMatchObject({
      status: 503,
      codes: ['transaction.chain-unavailable'],
    })
    const status = await hostWithoutNode.call('GET', `/api/transactions/ETHEREUM/0x${'00'.repeat(32)}/status`)
    expect(status).toMatchObject({ status: 503, codes: ['transaction.chain-unavailable'] })
    const { result } = await hostWithoutNode.call('GET', `/api/wallets/${wallet.id}`)
    expect(result.balance).toEqual({
      available: false,
      secretType: 'ETHEREUM',
      symbol: 'ETH',
      gasSymbol: 'ETH',
      decimals: 18,
    })
  })

  it('returns 503 for a chain that is not EVM', async () => {
    const { result: solana } = await hostWithoutNode.call('POST', '/api/wallets', { secretType: 'SOLANA', pincode })
    const transactionRequest = {
      type: 'TRANSFER',
      secretType: 'SOLANA',
      walletId: solana.id,
      to: solana.address,
      value: 1,
    }
    const built = await hostWithoutNode.call('POST', '/api/transactions/build', { transactionRequest })
    expect(built).toMatchObject({ status: 503, codes: ['transaction.chain-unavailable'] })
  })
})

describe('the status of a transaction', () => {
  it('is UNKNOWN for an unknown hash, and 400 for an invalid one', async () => {
    const unknown = await host.call('GET', `/api/transactions/ETHEREUM/0x${'12'.repeat(32)}/status`)
    expect(unknown.result).toEqual({
      hash: `0x${'12'.repeat(32)}`,
      status: 'UNKNOWN',
      confirmations: 0,
      hasReachedFinality: false,
      chain: 'ETHEREUM',
    })
    expect(await host.call('GET', '/api/transactions/ETHEREUM/0x12/status')).toMatchObject({
      status: 400,
      codes: ['hash'],
    })
    expect(await host.call('GET', `/api/transactions/GOLD/0x${'12'.repeat(32)}/status`)).toMatchObject({
      codes: ['chain.unsupported'],
    })
  })
})

it('a node with another chain id is not used', async () => {
  const other = await startTransactingHost(
    memoryStorage(),
    sharedKeyring(),
    evmChainClient({ url: anvil.url, chainId: 1 }),
  )
  const own = await createWallet(other)
  expect(await sendTransaction(other, own.id, { to: randomAddress(), value: 1 })).toMatchObject({
    status: 503,
    codes: ['transaction.chain-unavailable'],
  })
  await other.close()
})
