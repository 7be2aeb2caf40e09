import fc from 'fast-check'
import { hexlify, Interface, Transaction, Wallet } from 'ethers'
import { describe, expect, it } from 'vitest'
import { BillfoldError } from '../../../../kernel/errors.ts'
import { evmTransactionFormat } from './evm.ts'
import type { ChainClient, EvmClient } from '../../../chain-clients/index.ts'
import type { FormatContext } from '../transaction-format.ts'

const key = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .filter((bytes) => bytes.some((byte) => byte !== 0) && (bytes[0] ?? 0) < 255)
const address = fc.uint8Array({ minLength: 20, maxLength: 20 }).map((bytes) => hexlify(bytes))
const amount = fc.bigInt({ min: 0n, max: 2n ** 90n })
const setting = (from: string, chainId = 1n): FormatContext => ({
  from,
  network: `eip155:${chainId}`,
  decimals: 18,
  maxReplacements: 3,
  callNode: () => Promise.reject(new BillfoldError('transaction.chain-unavailable')),
})

const unused = () => Promise.reject(new Error('not used'))
const fakeEvmClient: EvmClient = {
  family: 'evm',
  network: 'eip155:1',
  balance: unused,
  nonces: unused,
  broadcast: unused,
  status: unused,
  fees: unused,
  estimateGas: unused,
  call: unused,
}

const fields = fc.record({
  key,
  to: address,
  wei: amount,
  data: fc.uint8Array({ maxLength: 100 }).map((bytes) => hexlify(bytes)),
  chainId: fc.bigInt({ min: 1n, max: 2n ** 32n }),
  nonce: fc.nat(2 ** 31),
  gasLimit: fc.bigInt({ min: 21_000n, max: 30_000_000n }),
  price: amount,
  tip: amount,
})

const whole = (wei: bigint): string => `${wei / 10n ** 18n}.${(wei % 10n ** 18n).toString().padStart(18, '0')}`

describe('EVM transactions', () => {
  it('with a gas price equal those of another library byte for byte (EIP-155)', async () => {
    await fc.assert(
      fc.asyncProperty(fields, async ({ key: bytes, to, wei, data, chainId, nonce, gasLimit, price }) => {
        const wallet = new Wallet(hexlify(bytes))
        const chainSpecificFields = { gasLimit: gasLimit.toString(), gasPrice: price.toString() }
        const request = { type: 'TRANSFER', to, value: whole(wei), data, chainSpecificFields } as const
        const draft = await evmTransactionFormat(request, setting(wallet.address, chainId))
        const { raw, hash } = draft.sign(nonce, bytes)
        const other = { type: 0, to, value: wei, data, chainId, nonce, gasLimit, gasPrice: price }
        expect(hexlify(raw)).toBe(await wallet.signTransaction(other))
        expect(hash).toBe(Transaction.from(hexlify(raw)).hash)
        expect(draft.describe(nonce)['unsigned']).toBe(Transaction.from(other).unsignedSerialized)
      }),
      { numRuns: 50 },
    )
  })

  it('with a base fee equal those of another library byte for byte (EIP-1559)', async () => {
    await fc.assert(
      fc.asyncProperty(fields, async ({ key: bytes, to, wei, data, chainId, nonce, gasLimit, price, tip }) => {
        const wallet = new Wallet(hexlify(bytes))
        const fees = { maxFeePerGas: price + tip, maxPriorityFeePerGas: tip }
        const chainSpecificFields = {
          gasLimit: gasLimit.toString(),
          maxFeePerGas: String(fees.maxFeePerGas),
          maxPriorityFeePerGas: String(tip),
        }
        const request = { type: 'TRANSFER', to, value: whole(wei), data, chainSpecificFields } as const
        const draft = await evmTransactionFormat(request, setting(wallet.address, chainId))
        const { raw, hash } = draft.sign(nonce, bytes)
        const other = { type: 2, to, value: wei, data, chainId, nonce, gasLimit, ...fees }
        expect(hexlify(raw)).toBe(await wallet.signTransaction(other))
        expect(hash).toBe(Transaction.from(hexlify(raw)).hash)
        expect(draft.describe(nonce)['unsigned']).toBe(Transaction.from(other).unsignedSerialized)
      }),
      { numRuns: 50 },
    )
  })

  it.each([
    ['TRANSFER', { type: 'TRANSFER' }],
    ['GAS_TRANSFER', { type: 'GAS_TRANSFER' }],
    ['CONTRACT_EXECUTION', { type: 'CONTRACT_EXECUTION', functionName: 'deposit' }],
  ] as const)('of the type %s refuse an amount of 2^256 wei', async (_type, request) => {
    const { address: from } = Wallet.createRandom()
    const build = (wei: bigint) =>
      evmTransactionFormat(
        { ...request, to: from, value: whole(wei), chainSpecificFields: { gasLimit: 21_000, gasPrice: 1 } },
        setting(from),
      )
    await expect(build(2n ** 256n)).rejects.toMatchObject({ code: 'input.invalid' })
    await expect(build(2n ** 300n)).rejects.toMatchObject({ code: 'input.invalid' })
  })

  it.each([
    ['legacy', { gasPrice: String(2n ** 128n - 1n) }],
    ['EIP-1559', { maxFeePerGas: String(2n ** 128n - 1n), maxPriorityFeePerGas: String(2n ** 128n - 1n) }],
  ])('with the largest values of every field are signed (%s)', async (_type, fees) => {
    const wallet = Wallet.createRandom()
    const value = whole(2n ** 256n - 1n)
    const chainSpecificFields = { gasLimit: String(2n ** 64n - 1n), ...fees }
    const request = { type: 'TRANSFER', to: wallet.address, value, chainSpecificFields } as const
    const draft = await evmTransactionFormat(request, setting(wallet.address))
    const { raw } = draft.sign(Number.MAX_SAFE_INTEGER, Buffer.from(wallet.privateKey.slice(2), 'hex'))
    expect(Transaction.from(hexlify(raw))).toMatchObject({ from: wallet.address, value: 2n ** 256n - 1n })
  })

  it.each([
    ['fees', { fees: { gasPrice: 2n ** 256n - 1n }, gas: 21_000n }],
    ['fees', { fees: { maxFeePerGas: 2n ** 128n, maxPriorityFeePerGas: 0n }, gas: 21_000n }],
    ['gas', { fees: { gasPrice: 1n }, gas: 2n ** 64n }],
  ])('are not built with %s of a node beyond what a transaction can hold', async (_what, { fees, gas }) => {
    const { address: from } = Wallet.createRandom()
    const client = { ...fakeEvmClient, fees: async () => fees, estimateGas: async () => gas }
    const context = { ...setting(from), callNode: <T>(call: (node: ChainClient) => Promise<T>) => call(client) }
    const built = evmTransactionFormat({ type: 'TRANSFER', to: from, value: 1 }, context)
    await expect(built).rejects.toThrow(/^node returned a number beyond/)
  })

  it('have a cancellation that sends nothing to the sender, at the same fees', async () => {
    const wallet = Wallet.createRandom()
    const request = {
      type: 'TRANSFER',
      to: wallet.address,
      value: 1,
      data: '0x01',
      chainSpecificFields: { gasLimit: 50_000, gasPrice: 7 },
    } as const
    const draft = await evmTransactionFormat(request, setting(wallet.address))
    const { raw } = draft.signCancellation(5, Buffer.from(wallet.privateKey.slice(2), 'hex'))
    const cancel = Transaction.from(hexlify(raw))
    expect(cancel).toMatchObject({
      from: wallet.address,
      to: wallet.address,
      value: 0n,
      data: '0x',
      nonce: 5,
      gasPrice: 7n,
    })
  })

  it('call contract functions with strictly validated arguments', async () => {
    const { address: from } = Wallet.createRandom()
    const draft = await evmTransactionFormat(
      {
        type: 'CONTRACT_EXECUTION',
        to: from,
        functionName: 'approve',
        inputs: [
          { type: 'address', value: from },
          { type: 'uint256', value: '5' },
        ],
        chainSpecificFields: { gasLimit: 50_000, gasPrice: 1 },
      },
      setting(from),
    )
    expect(draft.describe(0)).toMatchObject({
      value: '0',
      data: new Interface(['function approve(address,uint256)']).encodeFunctionData('approve', [from, 5n]),
    })
  })

  it.each([
    { gasPrice: 1, maxFeePerGas: 1 },
    { maxPriorityFeePerGas: 1 },
    { maxFeePerGas: 1, maxPriorityFeePerGas: 2 },
    { gasPrice: 1.5 },
    { gasPrice: '-1' },
    { gasPrice: 1, gasLimit: '18446744073709551616' },
  ])('are rejected with the fees %j', async (fees) => {
    const { address: from } = Wallet.createRandom()
    const request = {
      type: 'TRANSFER',
      to: from,
      value: 1,
      chainSpecificFields: { gasLimit: 21_000, ...fees },
    } as const
    await expect(evmTransactionFormat(request, setting(from))).rejects.toMatchObject({ code: 'input.invalid' })
  })

  it('need a node for fields that the request does not specify', async () => {
    const { address: from } = Wallet.createRandom()
    await expect(evmTransactionFormat({ type: 'TRANSFER', to: from, value: 1 }, setting(from))).rejects.toMatchObject({
      code: 'transaction.chain-unavailable',
    })
  })
})
