import { describe, expect, it } from 'vitest'
import { ZodError } from 'zod'
import { isBillfoldError } from '../../kernel/errors.ts'
import { bundlerClient } from './bundler.ts'
import { paymasterClient } from './paymaster.ts'
import { resolveSmartAccounts } from './smart-account-options.ts'
import type { UserOperation } from './user-operation.ts'

const operation: UserOperation = {
  sender: `0x${'11'.repeat(20)}`,
  nonce: 1n,
  callData: new Uint8Array(),
  gas: { callGasLimit: 0n, verificationGasLimit: 0n, preVerificationGas: 0n },
  maxFeePerGas: 1n,
  maxPriorityFeePerGas: 1n,
  signature: new Uint8Array(),
}
const entryPoint = `0x${'22'.repeat(20)}`

/** A service that gives one answer to every request, and remembers the requests. */
function answering(answer: object) {
  const requests: { method: string; params: unknown[] }[] = []
  const fetch = (_url: unknown, init?: RequestInit): Promise<Response> => {
    requests.push(JSON.parse(String(init?.body)))
    return Promise.resolve(Response.json({ jsonrpc: '2.0', id: 1, ...answer }))
  }
  return { requests, options: { url: 'https://service.example', fetch: fetch as typeof globalThis.fetch } }
}
const failing = (code: number, message: string) => answering({ error: { code, message } })

describe('sending a user operation', () => {
  it('is accepted, and names the entry point', async () => {
    const { requests, options } = answering({ result: `0x${'00'.repeat(32)}` })
    expect(await bundlerClient(options).send(operation, entryPoint)).toEqual({ outcome: 'accepted' })
    expect(requests).toMatchObject([{ method: 'eth_sendUserOperation', params: [{ nonce: '0x1' }, entryPoint] }])
  })

  it.each([
    [-32_602, 'UserOperation already known', { outcome: 'accepted' }],
    [-32_500, "AA21 didn't pay prefund", { outcome: 'rejected', reason: 'insufficient-funds' }],
    [-32_501, 'AA31 paymaster deposit too low', { outcome: 'rejected', reason: 'insufficient-funds' }],
    [-32_602, 'maxFeePerGas must be at least 100', { outcome: 'rejected', reason: 'fee-too-low' }],
    [-32_507, 'AA24 signature error', { outcome: 'rejected', reason: 'not-valid' }],
  ])('that ends with %i, %s, has a known result', async (code, message, result) => {
    expect(await bundlerClient(failing(code, message).options).send(operation, entryPoint)).toEqual(result)
  })

  it.each([
    [-32_603, 'internal error'],
    [-32_000, 'mempool is full'],
    [-32_000, 'too many operations of this sender'],
    [-32_601, 'method not found'],
    [-32_500, 'AA25 invalid account nonce'],
    [
      -32_602,
      'AA25 invalid account nonce: Another UserOperation with same sender and nonce is already being processed',
    ],
    [-32_602, 'AA25 invalid account nonce: Maximum number of parallel user operations for this sender reached'],
    [-32_602, 'AA10 sender already constructed: A conflicting userOperation for this sender is already in the mempool'],
  ])('that ends with %i, %s, is tried again later', async (code, message) => {
    await expect(bundlerClient(failing(code, message).options).send(operation, entryPoint)).rejects.toThrow(message)
  })
})

describe('estimating the gas', () => {
  it.each([
    [-32_500, "AA21 didn't pay prefund", 'transaction.insufficient-funds'],
    [-32_521, 'execution reverted', 'transaction.reverted'],
    [-32_500, 'AA23 reverted', 'transaction.reverted'],
  ] as const)('that ends with %i, %s, is %s', async (code, message, expected) => {
    const estimated = bundlerClient(failing(code, message).options).estimateGas(operation, entryPoint)
    await expect(estimated).rejects.toSatisfy((error) => isBillfoldError(error, expected))
  })

  it('refuses numbers of more than 256 bits, and missing ones', async () => {
    const gas = { callGasLimit: '0x1', verificationGasLimit: '0x1', preVerificationGas: `0x${'f'.repeat(65)}` }
    await expect(bundlerClient(answering({ result: gas }).options).estimateGas(operation, entryPoint)).rejects.toThrow(
      ZodError,
    )
    await expect(bundlerClient(answering({ result: {} }).options).estimateGas(operation, entryPoint)).rejects.toThrow(
      ZodError,
    )
  })
})

describe('a receipt', () => {
  it('is undefined if the bundler knows none, and refused if it is malformed', async () => {
    expect(await bundlerClient(answering({ result: null }).options).receipt('0x')).toBeUndefined()
    const malformed = { success: true, receipt: { transactionHash: '0x12', blockNumber: '0x1' } }
    await expect(bundlerClient(answering({ result: malformed }).options).receipt('0x')).rejects.toThrow(ZodError)
  })
})

describe('a paymaster service (ERC-7677)', () => {
  it('gets the operation, the entry point, the chain and the context', async () => {
    const result = { paymaster: entryPoint, paymasterData: '0xab' }
    const { requests, options } = answering({ result })
    const service = paymasterClient({ ...options, context: { policy: 'customers' } })
    expect(await service.fetchStub(operation, entryPoint, 10n)).toEqual({
      paymaster: entryPoint,
      paymasterData: Uint8Array.of(0xab),
      paymasterVerificationGasLimit: 0n,
      paymasterPostOpGasLimit: 0n,
      isFinal: false,
    })
    await service.fetchData(operation, entryPoint, 10n)
    expect(requests.map(({ method, params }) => [method, ...params.slice(1)])).toEqual([
      ['pm_getPaymasterStubData', entryPoint, '0xa', { policy: 'customers' }],
      ['pm_getPaymasterData', entryPoint, '0xa', { policy: 'customers' }],
    ])
  })
})

describe('the options', () => {
  it.each(['ftp://service.example', 'service.example', []])('refuse the URL %s', (url) => {
    expect(() => bundlerClient({ url })).toThrow(RangeError)
    expect(() => paymasterClient({ url })).toThrow(RangeError)
  })

  it('refuse a chain without a client', () => {
    const bundler = bundlerClient(answering({}).options)
    expect(() => resolveSmartAccounts({ ETHEREUM: { bundler } }, {})).toThrow(/needs an EVM client/)
  })
})
